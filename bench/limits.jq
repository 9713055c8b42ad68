# The rounds that hyperfine exported, as a Markdown table: what limits cost each runtime, and ours beside runc's.
def median: sort | (.[(length - 1) / 2 | floor] + .[length / 2 | floor]) / 2;
def decimals(count): . * pow(10; count) | round / pow(10; count);

[.[].results[]] | group_by(.command)
| map({key: .[0].command, value: ([.[].times[]] | {ms: (median * 1000), fastest: (min * 1000), runs: length})})
| from_entries as $by
| "\n| limits | median ms | without | x without | x runc | fastest ms | without | x without | x runc |",
  "|---|---:|---:|---:|---:|---:|---:|---:|---:|",
  ("ours", "runc"
   | . as $name
   | "| \($name) | " + ([("ms", "fastest") as $key
       | $by["limited/\($name)"][$key] as $with | $by["bundle/\($name)"][$key] as $without
       | $with, $without, $with / $without, $with / $by["limited/runc"][$key]] | map(decimals(2) | tostring) | join(" | ")) + " |"),
  "\n\($by["bundle/ours"].runs) runs each."
