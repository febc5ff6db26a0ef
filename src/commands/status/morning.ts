import { describeFinding, type Finding } from "../../lib/renewals/finding.ts";
import { text, type Text } from "../../lib/text/index.ts";

const MAX_LINES = 24;

const MAX_NAMED_TENANTS = 5;

const joinTenants = ([first, ...others]: readonly [Finding, ...Finding[]]): Finding => {
  const names = [...new Set([first, ...others].map(({ tenant }) => tenant))];
  if (names.length === 1) return first;
  const shown = [...names.slice(0, MAX_NAMED_TENANTS), ...(names.length > MAX_NAMED_TENANTS ? ["…"] : [])];
  return { ...first, tenant: `${names.length} (${shown.join(", ")})` };
};

/**
 * Returns the lines of a morning: what was found, counted, then the findings. The same finding in several tenants is one
 * line. @param findings the most urgent first
 */
export function describeMorning(findings: readonly Finding[], summary: Text): readonly Text[] {
  const groups = Map.groupBy(findings, ({ level, group, what }) => `${level} ${group} ${what.en}`);
  const lines = [...groups.values()].flatMap(([first, ...others]) =>
    first === undefined ? [] : [describeFinding(joinTenants([first, ...others]))],
  );
  if (lines.length < MAX_LINES) return [summary, ...lines];
  const left = lines.length - (MAX_LINES - 2);
  const rest = text(`and ${left} more: clomoctl status --format tsv`, `ほか ${left} 行: clomoctl status --format tsv`);
  return [summary, ...lines.slice(0, MAX_LINES - 2), rest];
}
