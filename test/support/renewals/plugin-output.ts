/** A value in the performance data of a monitoring plugin. */
export interface PerformanceMetric {
  readonly label: string;
  readonly value: number;
  readonly unit: string;
  /** true if a value is in the warning range; `isCritical` checks the critical range */
  readonly warns: (value: number) => boolean;
  readonly isCritical: (value: number) => boolean;
}

/** The parsed output line of a monitoring plugin. */
export interface PluginOutput {
  readonly service: string;
  readonly status: string;
  readonly said: string;
  readonly figures: readonly PerformanceMetric[];
}

/**
 * Parses the output of a plugin as strictly as the guidelines require.
 *
 * @throws Error if the line breaks a rule
 * @see https://www.monitoring-plugins.org/doc/guidelines.html, sections "Plugin Output for Nagios", "Threshold and
 *   Ranges", "Performance data"
 */
export function parsePluginOutput(output: string): PluginOutput {
  const lines = output.split("\n");
  if (lines.length !== 2 || lines[1] !== "") throw new Error("not one line");
  const [line = ""] = lines;
  if (/[\r\0]/.test(line)) throw new Error("a control character");
  const [said = "", ...data] = line.split("|");
  if (data.length > 1) throw new Error("more than one |");
  const head = /^(?<service>[A-Z]+) (?<status>OK|WARNING|CRITICAL|UNKNOWN) - (?<said>.+)$/.exec(said.trimEnd())?.groups;
  if (head === undefined) throw new Error(`no SERVICE STATUS - text: ${said}`);
  const { service = "", status = "", said: words = "" } = head;
  return { service, status, said: words, figures: parseMetrics((data[0] ?? "").trim()) };
}

const NUMBER = String.raw`-?\d+(?:\.\d+)?`;
const METRIC_PATTERN = new RegExp(
  String.raw`^(?:'(?<quoted>(?:[^'=]|'')+)'|(?<bare>[^\s'=]+))=(?<value>${NUMBER})(?<unit>s|us|ms|%|B|KB|MB|TB|c|)` +
    String.raw`;(?<warn>[^; ]*);(?<crit>[^; ]*);(?<min>${NUMBER}|);(?<max>${NUMBER}|)(?: +|$)`,
  "u",
);

function parseMetrics(data: string): readonly PerformanceMetric[] {
  const figures: PerformanceMetric[] = [];
  let rest = data;
  while (rest !== "") {
    const found = METRIC_PATTERN.exec(rest);
    if (found?.groups === undefined) throw new Error(`no figure: ${rest}`);
    const { quoted, bare = "", value, unit = "", warn = "", crit = "" } = found.groups;
    figures.push({
      label: quoted === undefined ? bare : quoted.replaceAll("''", "'"),
      value: Number(value),
      unit,
      warns: parseRange(warn),
      isCritical: parseRange(crit),
    });
    rest = rest.slice(found[0].length);
  }
  return figures;
}

/**
 * Returns a function that tests whether a value causes an alert. `10` alerts outside 0 to 10, `10:` below 10, `~:10`
 * above 10, `10:20` outside 10 to 20, `@10:20` inside 10 to 20. Without a range, there is no alert.
 */
function parseRange(range: string): (value: number) => boolean {
  if (range === "") return () => false;
  const found = new RegExp(`^(?<inside>@?)(?:(?<start>${NUMBER}|~):)?(?<end>${NUMBER}|)$`).exec(range)?.groups;
  if (found === undefined) throw new Error(`no range: ${range}`);
  const { inside, start = "0", end } = found;
  const least = start === "~" ? Number.NEGATIVE_INFINITY : Number(start);
  const most = end === undefined || end === "" ? Number.POSITIVE_INFINITY : Number(end);
  if (least > most) throw new Error(`start above end: ${range}`);
  return (value) => (value < least || value > most) !== (inside === "@");
}
