import { resolve } from "node:path";
import type { HandoverRequest, Parts, HandoverEnd, Client } from "../../../lib/client/index.ts";
import { BundleWriter } from "../../../lib/handover/bundle/write.ts";
import { isRead, KeptFile } from "../../../lib/handover/report/data.ts";
import {
  SUMMARY,
  CONSOLE_FILES,
  pathOfResource,
  RESOURCE_NAMES,
  type ResourceName,
} from "../../../lib/handover/resources.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { holdBytes, readText, type WrittenFile } from "../../../lib/files/index.ts";
import { BYTES } from "../../../lib/terminal/index.ts";
import { codePointName } from "../../../lib/csv/records/record.ts";
import { counted, text } from "../../../lib/text/index.ts";
import { noteCounts, placeAgain, Recoding, UnmappableError } from "../../csv/file/encoded.ts";
import type { OutputForm } from "../../csv/file/form.ts";
import { throwUnmappable, type PlacedCharacter } from "../../csv/file/unmappable.ts";
import type { Tools } from "../../tools.ts";

type Exports = Client<"exports">["exports"];

/** What was written of a tenant's export, by path, and what the tenant said in the end. */
export interface WrittenParts {
  readonly written: ReadonlyMap<string, WrittenFile>;
  /** console files that are UTF-8, as the chosen encoding lacks characters of them */
  readonly inUtf8: ReadonlySet<string>;
  /** the contents of the files that a report is made of, UTF-8 */
  readonly read: ReadonlyMap<string, string>;
  readonly end: HandoverEnd;
}

/** The form of the console files in a bundle. */
export type BundleForm = Omit<OutputForm, "onUnmappable"> & { readonly onUnmappable: "utf-8" | "error" | "replace" };

/** The resource of a console file. */
const resourceOfCsv = (path: string): ResourceName | undefined => CONSOLE_FILES.find((file) => file.path === path)?.of;

const PATHS: ReadonlySet<string> = new Set([...RESOURCE_NAMES.map(pathOfResource), SUMMARY]);

/** Writes the parts of an export into a bundle: the console's files in the chosen form, all others as they come. */
export class PartsWriter {
  readonly #tools: Tools;
  readonly #exports: Exports;
  readonly #form: BundleForm;
  readonly #counts = { folded: 0, replaced: 0 };
  /** the files that the chosen encoding cannot hold */
  readonly #inUtf8 = new Map<string, { readonly placed: readonly PlacedCharacter[]; readonly total: number }>();

  constructor(tools: Tools, exports: Exports, form: BundleForm) {
    this.#tools = tools;
    this.#exports = exports;
    this.#form = form;
  }

  /** @throws Failure `input-rejected` for characters that the encoding cannot hold, `unavailable` for files that no bundle has */
  async write(request: HandoverRequest, writer: BundleWriter): Promise<WrittenParts> {
    const { terminal } = this.#tools;
    const step = terminal.progress.start({ id: "export", name: text("Exporting", "エクスポート"), unit: BYTES });
    const written = new Map<string, WrittenFile>();
    const read = new Map<string, string>();
    /** brings the file before to the disk, while the next one comes */
    let closing: Promise<void> = Promise.resolve();
    const parts: Parts<HandoverEnd> = this.#exports.create(request);
    for await (const { name, content } of parts) {
      const resource = resourceOfCsv(name);
      if (resource === undefined && !PATHS.has(name)) throw notOfBundle(name);
      const file = await writer.file(name);
      const kept = isRead(name) ? new KeptFile(name) : undefined;
      const watched = async function* (): AsyncGenerator<Uint8Array> {
        for await (const chunk of content) {
          step.advance(chunk.length);
          kept?.add(chunk);
          yield chunk;
        }
      };
      const bytes = resource === undefined ? watched() : this.#encoded(name, watched());
      for await (const chunk of bytes) await file.write(chunk);
      if (kept !== undefined) read.set(name, kept.text());
      await closing;
      closing = file.close().then((closed) => void written.set(name, closed));
      // whoever waits for it hears of it; nobody does where something else fails first
      closing.catch(() => undefined);
    }
    await closing;
    step.finish();
    await noteCounts(this.#tools, this.#counts);
    await this.#noteUtf8();
    return { written, inUtf8: new Set(this.#inUtf8.keys()), read, end: parts.end() };
  }

  /** A console file in the chosen encoding; in UTF-8 if that encoding lacks characters of it, and may be left. */
  async *#encoded(name: string, content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    const { onUnmappable, ...form } = this.#form;
    if (form.encoding === "utf-8" || onUnmappable === "replace") {
      yield* this.#recoded({ ...form, onUnmappable: "replace" }, content);
      return;
    }
    await using held = await holdBytes(content, this.#tools.temporary);
    const strict = { ...form, onUnmappable: "error" } as const;
    const trial = new Recoding(strict);
    const isMappable = await passes(trial.bytes(() => Promise.resolve(held.chunks())));
    if (isMappable) {
      yield* this.#recoded(strict, held.chunks());
      return;
    }
    const placed = await placeAgain(held.chunks(), undefined, trial.unmappable);
    if (onUnmappable === "error") await this.#throwUnmappable(name, placed, trial.total);
    this.#inUtf8.set(name, { placed, total: trial.total });
    yield* held.chunks();
  }

  async *#recoded(form: OutputForm, content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    const recoding = new Recoding(form);
    yield* recoding.bytes(() => Promise.resolve(content));
    this.#counts.folded += recoding.folded;
    this.#counts.replaced += recoding.replaced;
  }

  /** @throws Failure `input-rejected` */
  #throwUnmappable(name: string, placed: readonly PlacedCharacter[], total: number): Promise<never> {
    return throwUnmappable(this.#tools, {
      name,
      encoding: this.#form.encoding,
      placed,
      total,
      unit: "character",
      consequence: text("nothing was written", "何も書き出していません"),
      hint: text(
        "leave --on-unmappable error out to have that file in UTF-8, or pass --on-unmappable replace: the records beside the CSV files keep these characters",
        "--on-unmappable error を外すと、そのファイルを UTF-8 で書き出します。〓 に置き換えるには --on-unmappable replace を付けてください(CSV の元になる NDJSON では文字は失われません)",
      ),
    });
  }

  /** Says which files are UTF-8 in place of the chosen encoding. */
  async #noteUtf8(): Promise<void> {
    const { encoding } = this.#form;
    for (const [name, { placed, total }] of this.#inUtf8) {
      const [first] = placed;
      if (first === undefined) continue;
      const character = `${codePointName(first.codePoint)} ${String.fromCodePoint(first.codePoint)}`;
      await this.#tools.terminal.note(
        text(
          `${name} is written in UTF-8, as ${encoding} lacks ${counted(total, "character")} of it (row ${first.row}: ${character})`,
          `${name} は UTF-8 で書き出しました(${encoding} で表せない文字が ${total} 個あるため。${first.row} 行目: ${character})`,
        ),
      );
    }
  }
}

/** Whether text could be encoded to its end. */
async function passes(bytes: AsyncIterable<Uint8Array>): Promise<boolean> {
  try {
    for await (const _ of bytes);
    return true;
  } catch (error) {
    if (error instanceof UnmappableError) return false;
    throw error;
  }
}

const notOfBundle = (name: string): Failure =>
  new Failure("unavailable", {
    what: text(`the tenant sent what no bundle has: ${name}`, `引き継ぎデータにないファイルが届きました: ${name}`),
    hint: text("update clomoctl, then run it again", "clomoctl を更新してから、もう一度実行してください"),
  });

/** Begins a bundle where the person wants it. */
export async function beginBundle(
  { workingFolder, outputs }: Tools,
  output: string,
  encryptTo: readonly string[],
): Promise<BundleWriter> {
  if (encryptTo.length === 0) return BundleWriter.create(output, outputs);
  return BundleWriter.createEncrypted(output, outputs, await recipientsOf(encryptTo, workingFolder));
}

/** Recipients as typed, and those that files name, one a line; a line that begins with # is none. */
async function recipientsOf(typed: readonly string[], workingFolder: string): Promise<readonly string[]> {
  const all: string[] = [];
  for (const word of typed) {
    if (/^age(?:1|-secret-key-)/i.test(word)) all.push(word);
    else {
      const content = await readText(resolve(workingFolder, word), word);
      const lines = content.split(/\r?\n/).map((line) => line.trim());
      all.push(...lines.filter((line) => line !== "" && !line.startsWith("#")));
    }
  }
  return all;
}
