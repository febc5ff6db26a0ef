import type { Block, Document, Fact } from "../../lib/document/blocks.ts";
import { joinTexts, same, text } from "../../lib/text/index.ts";
import { describeContext, buildStatusFields } from "./columns.ts";
import type { TenantStatus } from "./gather.ts";

/** Builds a document with the status of tenants. */
export const buildStatusDocument = (all: readonly TenantStatus[], asOf: string): Document => ({
  title: text("Tenant status", "テナントの状況"),
  asOf,
  intro: [summariseProblems(all)],
  sections: all.map((status, at) => ({
    id: `tenant-${at + 1}`,
    title: describeContext(status),
    onPaper: "undivided",
    blocks: [{ kind: "facts", rows: buildStatusFacts(status) }],
  })),
});

/** Names the tenants that have problems at the top of the page, because they may be far down on it. */
function summariseProblems(all: readonly TenantStatus[]): Block {
  const wrong = all.filter(({ problems }) => problems.length > 0).map(({ context }) => same(context.name));
  if (wrong.length === 0) return { kind: "paragraph", words: text("no problems", "問題はありません") };
  const { en, ja } = joinTexts(wrong, text(", ", "、"));
  const words = text(
    `tenants with problems (${wrong.length} of ${all.length}): ${en}`,
    `問題があるテナント(${all.length} 件中 ${wrong.length} 件): ${ja}`,
  );
  return { kind: "paragraph", words, level: "critical" };
}

const buildStatusFacts = (status: TenantStatus): readonly Fact[] =>
  buildStatusFields(status)
    .filter(({ key }) => key !== "context")
    .map(({ key, header, lines }) => {
      const isAlarm = key === "problems" && status.problems.length > 0;
      return [header, lines, isAlarm ? "critical" : key === "next" && status.next.length > 0 ? "command" : undefined];
    });
