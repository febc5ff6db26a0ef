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
import { readText, type WrittenFile } from "../../../lib/files/index.ts";
import { BYTES } from "../../../lib/terminal/index.ts";
import { text } from "../../../lib/text/index.ts";
import { noteCounts, placeAgain, Recoding, UnmappableError } from "../../csv/file/encoded.ts";
import type { OutputForm } from "../../csv/file/form.ts";
import { throwUnmappable } from "../../csv/file/unmappable.ts";
import type { Tools } from "../../tools.ts";

type Exports = Client<"exports">["exports"];

/** What was written of a tenant's export, by path, and what the tenant said in the end. */
export interface WrittenParts {
  readonly written: ReadonlyMap<string, WrittenFile>;
  /** the contents of the files that a report is made of, UTF-8 */
  readonly read: ReadonlyMap<string, string>;
  readonly end: HandoverEnd;
}

/** The resource of a console file. */
const resourceOfCsv = (path: string): ResourceName | undefined => CONSOLE_FILES.find((file) => file.path === path)?.of;

const PATHS: ReadonlySet<string> = new Set([...RESOURCE_NAMES.map(pathOfResource), SUMMARY]);

/** Writes the parts of an export into a bundle: the console's files in the chosen form, all others as they come. */
export class PartsWriter {
  readonly #tools: Tools;
  readonly #exports: Exports;
  readonly #form: OutputForm;
  readonly #counts = { folded: 0, replaced: 0 };

  constructor(tools: Tools, exports: Exports, form: OutputForm) {
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
      const counted = async function* (): AsyncGenerator<Uint8Array> {
        for await (const chunk of content) {
          step.advance(chunk.length);
          kept?.add(chunk);
          yield chunk;
        }
      };
      const bytes = resource === undefined ? counted() : this.#encoded(name, { resource, request, content: counted() });
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
    return { written, read, end: parts.end() };
  }

  async *#encoded(
    name: string,
    of: {
      readonly resource: ResourceName;
      readonly request: HandoverRequest;
      readonly content: AsyncIterable<Uint8Array>;
    },
  ): AsyncGenerator<Uint8Array> {
    const recoding = new Recoding(this.#form);
    try {
      yield* recoding.bytes(() => Promise.resolve(of.content));
    } catch (error) {
      if (!(error instanceof UnmappableError)) throw error;
      await this.#throwUnmappable(name, of, recoding);
    }
    this.#counts.folded += recoding.folded;
    this.#counts.replaced += recoding.replaced;
  }

  /** Finds the places of characters by exporting the file again. @throws Failure `input-rejected` */
  async #throwUnmappable(
    name: string,
    { resource, request }: { readonly resource: ResourceName; readonly request: HandoverRequest },
    { unmappable, total }: Recoding,
  ): Promise<never> {
    const again = this.#exports.create({ ...request, only: [resource] });
    for await (const part of again) {
      if (part.name !== name) continue;
      await throwUnmappable(this.#tools, {
        name,
        encoding: this.#form.encoding,
        placed: await placeAgain(part.content, undefined, unmappable),
        total,
        unit: "character",
        consequence: text("nothing was written", "何も書き出していません"),
        hint: text(
          "add --encoding utf-8, or --on-unmappable replace: the records beside the CSV files keep these characters",
          "--encoding utf-8 か --on-unmappable replace を付けてください(CSV の元になる NDJSON では文字は失われません)",
        ),
      });
    }
    throw notOfBundle(name);
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
