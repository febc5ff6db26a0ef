import { text, type Text } from "../../text/index.ts";
import type { Manifest } from "../bundle/manifest.ts";
import type { BundleFault } from "../bundle/read.ts";
import {
  CONSOLE_FILES,
  pathOfResource,
  RESOURCE_NAMES,
  resourceOf,
  type IdReference,
  type ResourceName,
} from "../resources.ts";
import { IdList, isBefore } from "./ids.ts";
import { createLineParser, type BundleRecord } from "./record.ts";

type FaultSink = (fault: BundleFault) => void;

const REFERENCED_RESOURCES: ReadonlySet<ResourceName> = new Set(
  RESOURCE_NAMES.flatMap((name) => Object.values(resourceOf(name).holds).map(({ to }) => to)),
);

/**
 * Checks the records of a bundle, resource by resource in order. Keeps in memory only the IDs that other records
 * contain.
 */
export class RecordCheck {
  /** number of records read so far */
  records = 0;
  /** the latest `updatedAt` so far; an empty string if no record has one */
  lastUpdatedAt = "";
  readonly #ids = new Map<ResourceName, IdList>();
  readonly #counts = new Map<ResourceName, number>();
  /** number of records that belong in each CSV file in the console's format, by the path of the file */
  readonly #rows = new Map<string, number>();
  readonly #manifest: Manifest;
  readonly #add: FaultSink;

  constructor(manifest: Manifest, add: FaultSink) {
    this.#manifest = manifest;
    this.#add = add;
  }

  /** Returns the number of lines of a resource; undefined if its file was not read. */
  recordsOf(resource: ResourceName): number | undefined {
    return this.#counts.get(resource);
  }

  /** Returns how many records belong in a CSV file in the console's format; undefined if they were not read. */
  rowsOf(path: string): number | undefined {
    return this.#rows.get(path);
  }

  /** Returns the check of a resource's file. Pass it all blocks of the file in order, each of whole lines. */
  file(resource: ResourceName): { take(block: Buffer, isText: boolean): void; end(): void } {
    const path = pathOfResource(resource);
    const { fields, single } = resourceOf(resource);
    const read = createLineParser(fields);
    const references = this.#references(resource);
    const ids = REFERENCED_RESOURCES.has(resource) ? new IdList() : undefined;
    if (ids !== undefined) this.#ids.set(resource, ids);
    const consoleFiles = CONSOLE_FILES.filter(({ of }) => of === resource).map((one) => ({ ...one, rows: 0 }));
    let last: string | undefined;
    let line = 0;
    const wrong = (what: Text, at = line): void => this.#add({ file: path, line: at, what });

    const takeRecord = (record: BundleRecord): void => {
      const id = String(record["id"]);
      if (single === true && (id !== resource || line > 1)) wrong(NOT_THE_SINGLE_RECORD);
      if (last !== undefined && !isBefore(last, id)) wrong(last === id ? DUPLICATE_ID : NOT_SORTED_BY_ID);
      last = id;
      ids?.add(id);
      const { updatedAt } = record;
      if (typeof updatedAt === "string" && updatedAt > this.lastUpdatedAt) this.lastUpdatedAt = updatedAt;
      for (const check of references) check(record, line, wrong);
      for (const one of consoleFiles) if (one.has?.(record) !== false) one.rows += 1;
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
        for (const one of consoleFiles) this.#rows.set(one.path, one.rows);
        for (const check of references) check(undefined, line, wrong);
      },
    };
  }

  /**
   * Creates the checks of the ids that the records of a resource contain. If the bundle does not have a file for the
   * resource that an id belongs to, the id is not looked up. A bundle of part of a tenant never contains ids of records
   * outside that part.
   */
  #references(resource: ResourceName): ReferenceCheck[] {
    const { holds } = resourceOf(resource);
    return Object.entries(holds).flatMap(([field, held]) => {
      const target = this.#manifest.resources.find(({ name }) => name === held.to);
      if (target === undefined || target.sha256 === null) return [];
      return [createReferenceCheck(field, held, () => this.#ids.get(held.to), held.to === resource)];
    });
  }
}

type LineFaultSink = (what: Text, line?: number) => void;

type ReferenceCheck = (record: BundleRecord | undefined, line: number, wrong: LineFaultSink) => void;

function createReferenceCheck(
  field: string,
  { many, member, to }: IdReference,
  idsOf: () => IdList | undefined,
  isOwn: boolean,
): ReferenceCheck {
  const later: (readonly [id: string, line: number])[] = [];
  // adjacent records often contain the same ID
  let known: string | undefined;
  const look = (id: string, line: number, wrong: LineFaultSink): void => {
    if (id === known) return;
    if (idsOf()?.has(id) === true) known = id;
    else wrong(describeUnknownReference(field, to), line);
  };
  const take = (id: unknown, line: number, wrong: LineFaultSink): void => {
    if (typeof id !== "string") return;
    if (isOwn) later.push([id, line]);
    else look(id, line, wrong);
  };
  return (record, line, wrong) => {
    if (record === undefined) {
      for (const [id, at] of later) look(id, at, wrong);
      return;
    }
    const { [field]: value } = record;
    if (many === true && Array.isArray(value)) for (const id of value) take(id, line, wrong);
    else if (member !== undefined && Array.isArray(value)) {
      for (const one of value as readonly BundleRecord[]) take(one[member], line, wrong);
    } else take(value, line, wrong);
  };
}

const isFault = (found: BundleRecord | { readonly fault: Text }): found is { readonly fault: Text } =>
  "fault" in found && typeof found.fault === "object";

const describeUnknownReference = (field: string, to: ResourceName): Text => {
  const { title } = resourceOf(to);
  return text(
    `${field} contains the ID of a record that is not in the bundle (${title.en})`,
    `${field} の ID に当たるデータが引き継ぎデータにありません(${title.ja})`,
  );
};

const NOT_THE_SINGLE_RECORD = text(
  "expected exactly one record, whose ID is the file name without .ndjson",
  "データは 1 件だけで、その ID はファイル名(.ndjson を除く)と同じはずです",
);
const DUPLICATE_ID = text("duplicate ID", "ID が重複しています");
const NOT_SORTED_BY_ID = text("the records are not sorted by ID", "ID の順に並んでいません");
const INVALID_UTF8 = text("invalid UTF-8 in this line or a later line", "この行以降に UTF-8 でないバイトがあります");
const MISSING_LAST_NEWLINE = text("the last line does not end with a newline", "最後の行が改行で終わっていません");
