import { basename, resolve } from "node:path";
import { line } from "../../advice/index.ts";
import { NOT_A_FILE } from "../../errors/disk.ts";
import { Failure } from "../../errors/index.ts";
import { unreadable } from "../../files/read.ts";
import { openPlain, type PlainFile } from "../../files/plain.ts";
import { text, type Text } from "../../text/index.ts";
import { NOT_KNOWN_HERE, pathOfAttached, type AttachedFile } from "../not-known.ts";
import { inByteOrder, isBundlePath, sameName } from "./contents.ts";
import type { BundleWriter } from "./write.ts";

const MIB = 1024 * 1024;
/** Of all together: as much as an archive may always unpack to, however closely it is packed. */
const MAX_BYTES = 64 * MIB;
const MAX_ATTACHED = 100;

/** A file to attach, as it was found. */
interface Attachment {
  /** as typed */
  readonly typed: string;
  /** in the bundle */
  readonly path: string;
  readonly file: PlainFile;
}

/** Files that are to be attached to a bundle: open, and looked at. Closing it closes them. */
export class Attachments implements AsyncDisposable {
  readonly #all: Attachment[] = [];

  /**
   * Opens the files that a person named, in the order of their paths in the bundle.
   *
   * @param words `NAME=FILE` as typed; NAME is one of `NOT_KNOWN_HERE`
   * @param workingFolder relative names are resolved against it
   * @throws Failure `usage` for what is none of these, or no file; `not-found` for a file that is not there;
   *   `input-rejected` for a name that no bundle has, one that is there twice, and for more than 64 MiB or 100 files
   */
  static async open(words: readonly string[], workingFolder: string): Promise<Attachments> {
    const attachments = new Attachments();
    try {
      if (words.length > MAX_ATTACHED) throw refused(TOO_MANY, SHARE);
      for (const word of words) await attachments.#open(word, workingFolder);
    } catch (error) {
      await attachments[Symbol.asyncDispose]();
      throw error;
    }
    attachments.#all.sort((one, other) => inByteOrder(one.path, other.path));
    return attachments;
  }

  /** Writes them into a bundle, as they are. @throws Failure `input-rejected` for one that is cut meanwhile */
  async writeTo(writer: Pick<BundleWriter, "file">): Promise<readonly AttachedFile[]> {
    const written: AttachedFile[] = [];
    for (const { typed, path, file } of this.#all) {
      const into = await writer.file(path);
      for await (const chunk of chunksOf(file, typed)) await into.write(chunk);
      written.push({ path, ...(await into.close()) });
    }
    return written;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { file } of this.#all) await file[Symbol.asyncDispose]();
  }

  async #open(word: string, workingFolder: string): Promise<void> {
    const { name, typed } = partsOf(word);
    const path = pathOfAttached(name, basename(resolve(workingFolder, typed)).normalize("NFC"));
    if (!isBundlePath(path)) throw refused(NO_NAME, RENAME, typed);
    const twin = this.#all.find((one) => sameName(one.path) === sameName(path));
    if (twin !== undefined) throw refused(sameAs(twin.typed), RENAME, typed);
    const file = await openPlain(resolve(workingFolder, typed)).catch((cause: unknown) => {
      throw unreadable(typed, cause);
    });
    if (file === undefined) throw new Failure("usage", { what: NOT_A_FILE, where: typed });
    this.#all.push({ typed, path, file });
    if (this.#all.reduce((sum, one) => sum + one.file.bytes, 0) > MAX_BYTES) throw refused(TOO_LARGE, SHARE, typed);
  }
}

/** @throws Failure `usage` */
function partsOf(word: string): { readonly name: string; readonly typed: string } {
  // as `answer` names it, too
  const [, name = "", typed = ""] = /^(?:console\.)?([^=]*)=(.+)$/s.exec(word) ?? [];
  if (NOT_KNOWN_HERE.some((one) => one.name === name)) return { name, typed };
  const names = NOT_KNOWN_HERE.map((one) => one.name).join(", ");
  throw new Failure("usage", {
    what: text(
      `this is not NAME=FILE with one of these names: ${names}`,
      `NAME=FILE の NAME は次のいずれかです: ${names}`,
    ),
    where: `--attach ${word}`,
    hint: text("such as --attach apps=apps.pdf", "例: --attach apps=apps.pdf"),
  });
}

async function* chunksOf(file: PlainFile, typed: string): AsyncGenerator<Buffer> {
  try {
    yield* file.chunks();
  } catch (cause) {
    throw cause instanceof RangeError ? refused(CUT, AGAIN, typed) : unreadable(typed, cause);
  }
}

const refused = (what: Text, hint: Text, where = "--attach"): Failure =>
  new Failure("input-rejected", { what, where, hint });

const NO_NAME = text(
  "no bundle has a file of such a name: some systems cannot have it, or it is hidden or too long",
  "引き継ぎデータに入れられないファイル名です(使えないシステムがある、隠しファイル、長すぎるなど)",
);
const RENAME = text("copy it under another name", "別の名前でコピーしてください");
const sameAs = (twin: string): Text =>
  text(`the same name as ${twin}, on some systems at least`, `${twin} と同じ名前になります(システムによる場合を含む)`);
const TOO_LARGE = text("more than 64 MiB are attached", "添付ファイルの合計が 64 MiB を超えています");
const TOO_MANY = text(
  `more than ${MAX_ATTACHED} files are attached`,
  `添付ファイルが ${MAX_ATTACHED} 個を超えています`,
);
const SHARE = text(
  `write down where they are instead: ${line("handover answer", ["console"])}`,
  `代わりに置き場所を登録してください: ${line("handover answer", ["console"])}`,
);
const CUT = text("the file became shorter while it was read", "読み込み中にファイルが短くなりました");
const AGAIN = text("run it again once nobody writes to it", "書き込みが終わってから、もう一度実行してください");
