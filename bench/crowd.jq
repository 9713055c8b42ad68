# The rounds that hyperfine exported, as a Markdown table: a row for each command, ours beside crun's.
def median: sort | (.[(length - 1) / 2 | floor] + .[length / 2 | floor]) / 2;
def decimals(count): . * pow(10; count) | round / pow(10; count);

[.[].results[]] | group_by(.command)
| map({key: .[0].command, value: ([.[].times[]] | {ms: (median * 1000), fastest: (min * 1000), runs: length})})
| from_entries as $by
| "\n| \($mode), \($count) containers | median ms | crun's | x crun | fastest ms | crun's | x crun |",
  "|---|---:|---:|---:|---:|---:|---:|",
  ("list", "list --format json", "state"
   | . as $what | $by["\(.)/ours"] as $ours | $by["\(.)/crun"] as $crun
   | "| \($what) | " + ([("ms", "fastest") as $key | $ours[$key], $crun[$key], $ours[$key] / $crun[$key]] | map(decimals(2) | tostring) | join(" | ")) + " |"),
  "\n\($by["list/ours"].runs) runs each."
