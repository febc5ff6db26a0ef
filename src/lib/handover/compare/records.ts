import { text, type Text } from "../../text/index.ts";
import type { BundleFault } from "../bundle/read.ts";
import { pathOfResource, resourceOf, type ResourceName } from "../resources.ts";
import { createLineParser, type BundleRecord } from "./record.ts";

type FaultSink = (fault: BundleFault) => void;

/** Checks the records of a bundle, resource by resource. */
export class RecordCheck {
  /** number of records read so far */
  records = 0;
  /** the latest `updatedAt` so far; an empty string if no record has one */
  lastUpdatedAt = "";
  readonly #counts = new Map<ResourceName, number>();
  readonly #add: FaultSink;

  constructor(add: FaultSink) {
    this.#add = add;
  }

  /** Returns the number of lines of a resource; undefined if its file was not read. */
  recordsOf(resource: ResourceName): number | undefined {
    return this.#counts.get(resource);
  }

  /** Returns the check of a resource's file. Pass it all blocks of the file in order, each of whole lines. */
  file(resource: ResourceName): { take(block: Buffer, isText: boolean): void; end(): void } {
    const path = pathOfResource(resource);
    const { fields, single } = resourceOf(resource);
    const read = createLineParser(fields);
    let last: string | undefined;
    let line = 0;
    const wrong = (what: Text, at = line): void => this.#add({ file: path, line: at, what });

    const takeRecord = (record: BundleRecord): void => {
      const id = String(record["id"]);
      if (single === true && (id !== resource || line > 1)) wrong(NOT_THE_SINGLE_RECORD);
      if (last !== undefined && !isBefore(last, id)) wrong(last === id ? DUPLICATE_ID : NOT_SORTED_BY_ID);
      last = id;
      const { updatedAt } = record;
      if (typeof updatedAt === "string" && updatedAt > this.lastUpdatedAt) this.lastUpdatedAt = updatedAt;
    };

    return {
      take: (block, isText) => {
        const lines = block.toString("utf8").split("\n");
        if (!isText) wrong(INVALID_UTF8, line + 1);
        if (lines.pop() !== "") wrong(MISSING_LAST_NEWLINE, line + lines.length + 1);
        for (const content of lines) {
          line += 1;
          const found = read(content);
          if (isFault(found)) wrong(found.fault);
          else takeRecord(found);
        }
      },
      end: () => {
        this.#counts.set(resource, line);
        this.records += line;
      },
    };
  }
}

const isFault = (found: BundleRecord | { readonly fault: Text }): found is { readonly fault: Text } =>
  "fault" in found && typeof found.fault === "object";

const NOT_THE_SINGLE_RECORD = text(
  "expected exactly one record, whose ID is the file name without .ndjson",
  "データは 1 件だけで、その ID はファイル名(.ndjson を除く)と同じはずです",
);
const DUPLICATE_ID = text("duplicate ID", "ID が重複しています");
const NOT_SORTED_BY_ID = text("the records are not sorted by ID", "ID の順に並んでいません");
const INVALID_UTF8 = text("invalid UTF-8 in this line or a later line", "この行以降に UTF-8 でないバイトがあります");
const MISSING_LAST_NEWLINE = text("the last line does not end with a newline", "最後の行が改行で終わっていません");

const isBefore = (one: string, other: string): boolean =>
  // the order in UTF-16 differs only if a text has surrogates
  SURROGATES_AND_ABOVE.test(one) || SURROGATES_AND_ABOVE.test(other)
    ? Buffer.compare(Buffer.from(one), Buffer.from(other)) < 0
    : one < other;

const SURROGATES_AND_ABOVE = /[\uD800-\uFFFF]/;
