# The rounds that hyperfine exported, as a Markdown table of medians.
def median: sort | (.[(length - 1) / 2 | floor] + .[length / 2 | floor]) / 2;
def decimals(count): . * pow(10; count) | round / pow(10; count);

[.[].results[]] | group_by(.command)
| map({key: .[0].command, value: {ms: ([.[].times[]] | median * 1000), fastest: ([.[].times[]] | min * 1000), runs: ([.[].times[]] | length)}})
| from_entries as $by
| "\n| \($mode) | median ms | fastest ms | x floor | x crun | peak RSS KiB |",
  "|---|---:|---:|---:|---:|---:|",
  ("floor", "ours", "crun", "runc"
   | . as $name | $by[$name]
   | "| \($name) | \(.ms | decimals(2)) | \(.fastest | decimals(2)) | \(.ms / $by.floor.ms | decimals(2)) | \(.ms / $by.crun.ms | decimals(2)) | \($memory[0][$name]) |"),
  "\n\($by.floor.runs) runs each."
