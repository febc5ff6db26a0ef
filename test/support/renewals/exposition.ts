/** One sample of a metric. */
export interface Sample {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly value: number;
}

/**
 * Parses Prometheus' text format as strictly as its textfile collector. @throws Error if a line breaks a rule, a metric
 * has no type, or a sample is repeated @see
 * https://prometheus.io/docs/instrumenting/exposition_formats/#text-format-details
 */
export function parseExposition(exposition: string): readonly Sample[] {
  if (!exposition.endsWith("\n")) throw new Error("the last line does not end with a newline");
  const typed = new Set<string>();
  const seen = new Set<string>();
  return exposition
    .slice(0, -1)
    .split("\n")
    .flatMap((line) => {
      const type = /^# TYPE (?<metric>[a-z_]+) gauge$/.exec(line)?.groups?.["metric"];
      if (type !== undefined) {
        if (typed.has(type)) throw new Error(`${type} is typed twice`);
        typed.add(type);
        return [];
      }
      if (/^# (?:HELP [a-z_]+ \S|(?!HELP |TYPE ))/.test(line)) return [];
      const sample = parseSample(line);
      if (!typed.has(sample.name)) throw new Error(`${sample.name} has no type`);
      const key = JSON.stringify([sample.name, ...sample.labels]);
      if (seen.has(key)) throw new Error(`twice: ${line}`);
      seen.add(key);
      return [sample];
    });
}

const LABEL_PATTERN = /^(?<name>[a-zA-Z_]\w*)="(?<value>(?:[^"\\\n]|\\[\\"n])*)"(?:,|(?=\}))/;

function parseSample(line: string): Sample {
  const name = /^[a-zA-Z_:][\w:]*/.exec(line)?.[0] ?? "";
  const labels = new Map<string, string>();
  let rest = line.slice(name.length);
  if (rest.startsWith("{")) {
    rest = rest.slice(1);
    while (!rest.startsWith("}")) {
      const found = LABEL_PATTERN.exec(rest);
      if (found?.groups === undefined) throw new Error(`no label: ${rest}`);
      const { name: label = "", value = "" } = found.groups;
      labels.set(
        label,
        value.replaceAll(/\\(.)/g, (_, escaped: string) => (escaped === "n" ? "\n" : escaped)),
      );
      rest = rest.slice(found[0].length);
    }
    rest = rest.slice(1);
  }
  if (name === "" || !/^ -?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/.test(rest)) throw new Error(`no sample: ${line}`);
  return { name, labels, value: Number(rest) };
}
