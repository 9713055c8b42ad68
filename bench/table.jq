# The rounds that hyperfine exported, as a Markdown table of medians.
def median: sort | (.[(length - 1) / 2 | floor] + .[length / 2 | floor]) / 2;
def decimals(count): . * pow(10; count) | round / pow(10; count);

[.[].results[]] | group_by(.command)
| map([.[].times[]] as $seconds
      | {key: .[0].command, value: {ms: ($seconds | median * 1000), fastest: ($seconds | min * 1000), runs: ($seconds | length)}})
| from_entries as $by
| def columns(key): "\(.[key] | decimals(2)) | \(.[key] / $by.floor[key] | decimals(2)) | \(.[key] / $by.crun[key] | decimals(2))";
  "\n| \($mode) | median ms | x floor | x crun | fastest ms | x floor | x crun | peak RSS KiB |",
  "|---|---:|---:|---:|---:|---:|---:|---:|",
  ("floor", "ours", "crun", "runc"
   | . as $name | $by[$name]
   | "| \($name) | \(columns("ms")) | \(columns("fastest")) | \($memory[0][$name]) |"),
  "\n\($by.floor.runs) runs each."
