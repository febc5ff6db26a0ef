import type { Block, Document, Fact } from "../../lib/document/blocks.ts";
import { joined, same, text } from "../../lib/text/index.ts";
import { contextName, shownFields } from "./columns.ts";
import type { Status } from "./gather.ts";

/** How tenants stand, as a document. */
export const statusDocument = (all: readonly Status[], asOf: string): Document => ({
  title: text("Tenants", "テナントの状況"),
  asOf,
  intro: [summary(all)],
  sections: all.map((status, at) => ({
    id: `tenant-${at + 1}`,
    title: contextName(status),
    onPaper: "undivided",
    blocks: [{ kind: "facts", rows: factsOf(status) }],
  })),
});

/** Which tenants to look at: those with problems may stand far below. */
function summary(all: readonly Status[]): Block {
  const wrong = all.filter(({ problems }) => problems.length > 0).map(({ context }) => same(context.name));
  if (wrong.length === 0) return { kind: "paragraph", words: text("nothing is wrong", "問題はありません") };
  const { en, ja } = joined(wrong, text(", ", "、"));
  const words = text(
    `something is wrong with ${wrong.length} of ${all.length}: ${en}`,
    `問題があるテナント(${all.length} 件中 ${wrong.length} 件): ${ja}`,
  );
  return { kind: "paragraph", words, level: "critical" };
}

const factsOf = (status: Status): readonly Fact[] =>
  shownFields(status)
    .filter(({ key }) => key !== "context")
    .map(({ key, header, lines }) => {
      const isAlarm = key === "problems" && status.problems.length > 0;
      return [header, lines, isAlarm ? "critical" : key === "next" && status.next.length > 0 ? "command" : undefined];
    });
