import { resolve } from "node:path";
import type { HandoverRequest, StreamedParts, HandoverEnd, Client } from "../../../lib/client/index.ts";
import { TENANT_FILE } from "../../../lib/handover/bundle/contents.ts";
import { BundleWriter } from "../../../lib/handover/bundle/write.ts";
import { isReportFile, ReportFileBuffer } from "../../../lib/handover/report/data.ts";
import { CONSOLE_FILES, pathOfResource, RESOURCE_NAMES, type ResourceName } from "../../../lib/handover/resources.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { bufferStream, readText, type WrittenFile } from "../../../lib/files/index.ts";
import { BYTE_UNIT } from "../../../lib/terminal/index.ts";
import { formatCodePoint } from "../../../lib/csv/records/record.ts";
import { formatCount, text } from "../../../lib/text/index.ts";
import { noteReplacedCharacters, locateUnmappable, OutputEncoder, UnmappableError } from "../../csv/file/encoded.ts";
import type { OutputTextFormat } from "../../csv/file/form.ts";
import { throwUnmappable, type LocatedCharacter } from "../../csv/file/unmappable.ts";
import type { Tools } from "../../tools.ts";

type ExportsClient = Client<"exports">["exports"];

/** The files that were written from a tenant's export, by path, and what the tenant reported at the end. */
export interface WrittenParts {
  readonly written: ReadonlyMap<string, WrittenFile>;
  /** console files written in UTF-8 because the chosen encoding cannot represent some of their characters */
  readonly inUtf8: ReadonlySet<string>;
  /** UTF-8 contents of the files that the report is made from, by path */
  readonly read: ReadonlyMap<string, string>;
  readonly end: HandoverEnd;
}

export type BundleCsvFormat = Omit<OutputTextFormat, "onUnmappable"> & {
  readonly onUnmappable: "utf-8" | "error" | "replace";
};

const findCsvResource = (path: string): ResourceName | undefined =>
  CONSOLE_FILES.find((file) => file.path === path)?.of;

const KNOWN_PATHS: ReadonlySet<string> = new Set([...RESOURCE_NAMES.map(pathOfResource), TENANT_FILE]);

/** Writes the parts of an export into a bundle: the console's files in the chosen format, all other files unchanged. */
export class PartsWriter {
  readonly #tools: Tools;
  readonly #exports: ExportsClient;
  readonly #form: BundleCsvFormat;
  readonly #counts = { folded: 0, replaced: 0 };
  /** files that the chosen encoding cannot represent, with the characters */
  readonly #inUtf8 = new Map<string, { readonly placed: readonly LocatedCharacter[]; readonly total: number }>();

  constructor(tools: Tools, exports: ExportsClient, form: BundleCsvFormat) {
    this.#tools = tools;
    this.#exports = exports;
    this.#form = form;
  }

  /**
   * Exports the tenant and writes its files.
   * @throws Failure `input-rejected` for characters that the encoding cannot represent, `unavailable` for files that do
   * not belong in a bundle
   */
  async write(request: HandoverRequest, writer: BundleWriter): Promise<WrittenParts> {
    const { terminal } = this.#tools;
    const step = terminal.progress.start({ id: "export", name: text("Exporting", "エクスポート"), unit: BYTE_UNIT });
    const written = new Map<string, WrittenFile>();
    const read = new Map<string, string>();
    /** writes the previous file to the disk while the next one arrives */
    let closing: Promise<void> = Promise.resolve();
    const parts: StreamedParts<HandoverEnd> = await this.#exports.create(request);
    for await (const { name, content } of parts) {
      const resource = findCsvResource(name);
      if (resource === undefined && !KNOWN_PATHS.has(name)) throw createUnknownFileFailure(name);
      const file = await writer.file(name);
      const kept = isReportFile(name) ? new ReportFileBuffer() : undefined;
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
      // prevents an unhandled rejection if something else fails before `closing` is awaited
      closing.catch(() => undefined);
    }
    await closing;
    step.finish();
    await noteReplacedCharacters(this.#tools, this.#counts);
    await this.#noteUtf8();
    return { written, inUtf8: new Set(this.#inUtf8.keys()), read, end: parts.end() };
  }

  /** Yields a console file in the chosen encoding, or, if allowed, in UTF-8 when that encoding lacks characters. */
  async *#encoded(name: string, content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    const { onUnmappable, ...form } = this.#form;
    if (form.encoding === "utf-8" || onUnmappable === "replace") {
      yield* this.#recoded({ ...form, onUnmappable: "replace" }, content);
      return;
    }
    await using held = await bufferStream(content, this.#tools.temporary);
    const strict = { ...form, onUnmappable: "error" } as const;
    const trial = new OutputEncoder(strict);
    const isMappable = await canEncodeAll(trial.bytes(() => Promise.resolve(held.chunks())));
    if (isMappable) {
      yield* this.#recoded(strict, held.chunks());
      return;
    }
    const placed = await locateUnmappable(held.chunks(), trial.unmappable);
    if (onUnmappable === "error") await this.#throwUnmappable(name, placed, trial.total);
    this.#inUtf8.set(name, { placed, total: trial.total });
    yield* held.chunks();
  }

  async *#recoded(form: OutputTextFormat, content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    const recoding = new OutputEncoder(form);
    yield* recoding.bytes(() => Promise.resolve(content));
    this.#counts.folded += recoding.folded;
    this.#counts.replaced += recoding.replaced;
  }

  /** @throws Failure `input-rejected` */
  #throwUnmappable(name: string, placed: readonly LocatedCharacter[], total: number): Promise<never> {
    return throwUnmappable(this.#tools, {
      name,
      encoding: this.#form.encoding,
      placed,
      total,
      unit: "character",
      consequence: text("nothing was written", "何も書き出していません"),
      hint: text(
        "omit --on-unmappable error to write that file in UTF-8, or pass --on-unmappable replace; the NDJSON records next to the CSV files keep these characters in any case",
        "--on-unmappable error を外すと、そのファイルを UTF-8 で書き出します。〓 に置き換えるには --on-unmappable replace を付けてください(CSV の元になる NDJSON では文字は失われません)",
      ),
    });
  }

  async #noteUtf8(): Promise<void> {
    const { encoding } = this.#form;
    for (const [name, { placed, total }] of this.#inUtf8) {
      const [first] = placed;
      if (first === undefined) continue;
      const character = `${formatCodePoint(first.codePoint)} ${String.fromCodePoint(first.codePoint)}`;
      await this.#tools.terminal.note(
        text(
          `${name} is written in UTF-8 because ${encoding} cannot represent ${formatCount(total, "character")} (first in row ${first.row}: ${character})`,
          `${name} は UTF-8 で書き出しました(${encoding} で表せない文字が ${total} 個あるため。最初は ${first.row} 行目: ${character})`,
        ),
      );
    }
  }
}

async function canEncodeAll(bytes: AsyncIterable<Uint8Array>): Promise<boolean> {
  try {
    for await (const _ of bytes);
    return true;
  } catch (error) {
    if (error instanceof UnmappableError) return false;
    throw error;
  }
}

const createUnknownFileFailure = (name: string): Failure =>
  new Failure("unavailable", {
    what: text(
      `the tenant sent a file that does not belong in a bundle: ${name}`,
      `引き継ぎデータに含まれないはずのファイルがテナントから届きました: ${name}`,
    ),
    hint: text("update clomoctl, then run it again", "clomoctl を更新してから、もう一度実行してください"),
  });

/** Creates a bundle at the chosen path, encrypted if there are recipients. */
export async function createBundleWriter(
  { workingFolder, outputs }: Tools,
  output: string,
  encryptTo: readonly string[],
): Promise<BundleWriter> {
  if (encryptTo.length === 0) return BundleWriter.create(output, outputs);
  return BundleWriter.createEncrypted(output, outputs, await readAgeRecipients(encryptTo, workingFolder));
}

async function readAgeRecipients(typed: readonly string[], workingFolder: string): Promise<readonly string[]> {
  const all: string[] = [];
  for (const word of typed) {
    if (/^age(?:1|-secret-key-)/i.test(word)) all.push(word);
    else {
      const { parseKeyLines } = await import("../../../lib/handover/bundle/age.ts");
      all.push(...parseKeyLines(await readText(resolve(workingFolder, word), word)));
    }
  }
  return all;
}
