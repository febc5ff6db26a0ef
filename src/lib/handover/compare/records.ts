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
import { lineReader, type BundleRecord } from "./record.ts";

type FaultSink = (fault: BundleFault) => void;

/** The resources whose ids others name. */
const NAMED: ReadonlySet<ResourceName> = new Set(
  RESOURCE_NAMES.flatMap((name) => Object.values(resourceOf(name).holds).map(({ to }) => to)),
);

/** Checks the records of a bundle, resource by resource in their order: memory holds the ids that others name. */
export class RecordCheck {
  /** read so far */
  records = 0;
  /** the largest `updatedAt` so far; blank if there is none */
  lastUpdatedAt = "";
  readonly #ids = new Map<ResourceName, IdList>();
  readonly #counts = new Map<ResourceName, number>();
  /** records by the console's file that has a row of each */
  readonly #rows = new Map<string, number>();
  readonly #manifest: Manifest;
  readonly #add: FaultSink;

  constructor(manifest: Manifest, add: FaultSink) {
    this.#manifest = manifest;
    this.#add = add;
  }

  /** How many lines a resource has; undefined if its file was not read. */
  recordsOf(resource: ResourceName): number | undefined {
    return this.#counts.get(resource);
  }

  /** How many records have a row in a file of the console's; undefined if they were not read. */
  rowsOf(path: string): number | undefined {
    return this.#rows.get(path);
  }

  /** The check of a resource's file, which is given its blocks of whole lines in turn. */
  file(resource: ResourceName): { take(block: Buffer, isText: boolean): void; end(): void } {
    const path = pathOfResource(resource);
    const { fields, single } = resourceOf(resource);
    const read = lineReader(fields);
    const references = this.#references(resource);
    const ids = NAMED.has(resource) ? new IdList() : undefined;
    if (ids !== undefined) this.#ids.set(resource, ids);
    const consoleFiles = CONSOLE_FILES.filter(({ of }) => of === resource).map((one) => ({ ...one, rows: 0 }));
    let last: string | undefined;
    let line = 0;
    const wrong = (what: Text, at = line): void => this.#add({ file: path, line: at, what });

    const takeRecord = (record: BundleRecord): void => {
      const id = String(record["id"]);
      if (single === true && (id !== resource || line > 1)) wrong(NOT_THE_ONE);
      if (last !== undefined && !isBefore(last, id)) wrong(last === id ? TWICE : NOT_IN_ORDER);
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
        if (!isText) wrong(NO_UTF8, line + 1);
        if (lines.pop() !== "") wrong(NO_END, line + lines.length + 1);
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
   * Checks of the ids that a resource holds. Those of records that are in no file are not looked for; a bundle of a part
   * of a tenant names nothing outside of it.
   */
  #references(resource: ResourceName): ReferenceCheck[] {
    const { holds } = resourceOf(resource);
    return Object.entries(holds).flatMap(([field, held]) => {
      const target = this.#manifest.resources.find(({ name }) => name === held.to);
      if (target === undefined || target.sha256 === null) return [];
      return [referenceCheck(field, held, () => this.#ids.get(held.to), held.to === resource)];
    });
  }
}

type LineFaultSink = (what: Text, line?: number) => void;

/** @param record undefined at the end of the file */
type ReferenceCheck = (record: BundleRecord | undefined, line: number, wrong: LineFaultSink) => void;

/** @param isOwn it names records of the same file, which may come later */
function referenceCheck(
  field: string,
  { many, member, to }: IdReference,
  idsOf: () => IdList | undefined,
  isOwn: boolean,
): ReferenceCheck {
  const later: (readonly [id: string, line: number])[] = [];
  // neighbours often name the same
  let known: string | undefined;
  const look = (id: string, line: number, wrong: LineFaultSink): void => {
    if (id === known) return;
    if (idsOf()?.has(id) === true) known = id;
    else wrong(unknown(field, to), line);
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

const unknown = (field: string, to: ResourceName): Text => {
  const { title } = resourceOf(to);
  return text(
    `${field} names a record that is not among: ${title.en}`,
    `${field} の ID が次の中にありません: ${title.ja}`,
  );
};

const NOT_THE_ONE = text(
  "there is one such record, named like the file",
  "記録は 1 件だけで、ID はファイル名と同じはずです",
);
const TWICE = text("the id is there twice", "ID が重複しています");
const NOT_IN_ORDER = text("not in the order of ids", "ID の順に並んでいません");
const NO_UTF8 = text("from here on some bytes are no UTF-8", "ここから先に UTF-8 でないバイトがあります");
const NO_END = text("the last line has no end", "最後の行が改行で終わっていません");
