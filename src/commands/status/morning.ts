import { describeFindings, type Finding } from "../../lib/renewals/finding.ts";
import { text, type Text } from "../../lib/text/index.ts";

const MAX_LINES = 24;

/** Returns what was found, counted, then the findings. @param findings the most urgent first */
export function describeMorning(findings: readonly Finding[], summary: Text): readonly Text[] {
  const lines = describeFindings(findings);
  if (lines.length < MAX_LINES) return [summary, ...lines];
  const left = lines.length - (MAX_LINES - 2);
  const rest = text(`and ${left} more: clomoctl status --format tsv`, `ほか ${left} 行: clomoctl status --format tsv`);
  return [summary, ...lines.slice(0, MAX_LINES - 2), rest];
}
