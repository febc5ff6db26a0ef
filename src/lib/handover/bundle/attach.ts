import { basename, resolve } from "node:path";
import { line } from "../../advice/index.ts";
import { NOT_A_FILE } from "../../errors/disk.ts";
import { Failure } from "../../errors/index.ts";
import { createReadFailure } from "../../files/read.ts";
import { openRegularFile, type RegularFile } from "../../files/plain.ts";
import { text, type Text } from "../../text/index.ts";
import { CONSOLE_TOPICS, buildAttachmentPath, type AttachedFile } from "../not-known.ts";
import { compareByteOrder, isBundlePath, toPathKey } from "./contents.ts";
import type { BundleWriter } from "./write.ts";

const MIB = 1024 * 1024;
/** Maximum total size of the attachments. An archive may always unpack to this size, whatever its compression ratio. */
const MAX_TOTAL_BYTES = 64 * MIB;
const MAX_ATTACHMENTS = 100;

interface Attachment {
  /** file name as typed */
  readonly typed: string;
  readonly path: string;
  readonly file: RegularFile;
}

/** The files to attach to a bundle: checked, and open for reading. Disposing of this object closes them. */
export class Attachments implements AsyncDisposable {
  readonly #all: Attachment[] = [];

  /**
   * Opens the files that a person named, in the order of their paths in the bundle.
   *
   * @param words `NAME=FILE` as typed; NAME is one of the names in {@link CONSOLE_TOPICS}
   * @param workingFolder absolute path against which relative names are resolved
   * @throws Failure `usage` for an unknown NAME and for a path that is not a file; `not-found` for a missing file;
   *   `input-rejected` for a file name that a bundle cannot contain or that occurs twice, and for more than 64 MiB or
   *   100 files
   */
  static async open(words: readonly string[], workingFolder: string): Promise<Attachments> {
    const attachments = new Attachments();
    try {
      if (words.length > MAX_ATTACHMENTS) throw createAttachFailure(TOO_MANY_ATTACHMENTS, RECORD_LOCATION_HINT);
      for (const word of words) await attachments.#open(word, workingFolder);
    } catch (error) {
      await attachments[Symbol.asyncDispose]();
      throw error;
    }
    attachments.#all.sort((one, other) => compareByteOrder(one.path, other.path));
    return attachments;
  }

  /** Writes the files into a bundle unchanged.  @throws Failure `input-rejected` if a file shrinks while it is read */
  async writeTo(writer: Pick<BundleWriter, "file">): Promise<readonly AttachedFile[]> {
    const written: AttachedFile[] = [];
    for (const { typed, path, file } of this.#all) {
      const into = await writer.file(path);
      for await (const chunk of readAttachment(file, typed)) await into.write(chunk);
      written.push({ path, ...(await into.close()) });
    }
    return written;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { file } of this.#all) await file[Symbol.asyncDispose]();
  }

  async #open(word: string, workingFolder: string): Promise<void> {
    const { name, typed } = parseAttachOption(word);
    const path = buildAttachmentPath(name, basename(resolve(workingFolder, typed)).normalize("NFC"));
    if (!isBundlePath(path)) throw createAttachFailure(INVALID_ATTACHMENT_NAME, COPY_FILE_HINT, typed);
    const twin = this.#all.find((one) => toPathKey(one.path) === toPathKey(path));
    if (twin !== undefined) throw createAttachFailure(describeNameConflict(twin.typed), COPY_FILE_HINT, typed);
    const file = await openRegularFile(resolve(workingFolder, typed)).catch((cause: unknown) => {
      throw createReadFailure(typed, cause);
    });
    if (file === undefined) throw new Failure("usage", { what: NOT_A_FILE, where: typed });
    this.#all.push({ typed, path, file });
    if (this.#all.reduce((sum, one) => sum + one.file.bytes, 0) > MAX_TOTAL_BYTES)
      throw createAttachFailure(ATTACHMENTS_TOO_LARGE, RECORD_LOCATION_HINT, typed);
  }
}

/** Parses a value of `--attach`. @throws Failure `usage` if it is not NAME=FILE with a known NAME */
function parseAttachOption(word: string): { readonly name: string; readonly typed: string } {
  // `handover answer` uses the form `console.NAME`, so this form is accepted, too
  const [, name = "", typed = ""] = /^(?:console\.)?([^=]*)=(.+)$/s.exec(word) ?? [];
  if (CONSOLE_TOPICS.some((one) => one.name === name)) return { name, typed };
  const names = CONSOLE_TOPICS.map((one) => one.name).join(", ");
  throw new Failure("usage", {
    what: text(
      `expected NAME=FILE with one of these names: ${names}`,
      `NAME=FILE の NAME は次のいずれかです: ${names}`,
    ),
    where: `--attach ${word}`,
    hint: text("for example: --attach apps=apps.pdf", "例: --attach apps=apps.pdf"),
  });
}

async function* readAttachment(file: RegularFile, typed: string): AsyncGenerator<Buffer> {
  try {
    yield* file.chunks();
  } catch (cause) {
    throw cause instanceof RangeError
      ? createAttachFailure(FILE_TRUNCATED, RETRY_HINT, typed)
      : createReadFailure(typed, cause);
  }
}

const createAttachFailure = (what: Text, hint: Text, where = "--attach"): Failure =>
  new Failure("input-rejected", { what, where, hint });

const INVALID_ATTACHMENT_NAME = text(
  "a bundle cannot contain a file with this name: some systems do not allow it, or it is hidden or too long",
  "引き継ぎデータに使えないファイル名です(使えないシステムがある、隠しファイルである、長すぎるなど)",
);
const COPY_FILE_HINT = text(
  "copy the file under another name, and attach the copy",
  "ファイルを別の名前でコピーし、コピーしたファイルを指定してください",
);
const describeNameConflict = (twin: string): Text =>
  text(
    `on some systems, the file name is the same as ${twin}`,
    `システムによっては ${twin} と同じファイル名になります`,
  );
const ATTACHMENTS_TOO_LARGE = text(
  "the attached files exceed 64 MiB in total",
  "添付ファイルの合計が 64 MiB を超えています",
);
const TOO_MANY_ATTACHMENTS = text(
  `more than ${MAX_ATTACHMENTS} files are attached`,
  `添付ファイルが ${MAX_ATTACHMENTS} 個を超えています`,
);
const RECORD_LOCATION_HINT = text(
  `record where the files are kept instead: ${line("handover answer", ["console"])}`,
  `代わりにファイルの置き場所を登録してください: ${line("handover answer", ["console"])}`,
);
const FILE_TRUNCATED = text("the file was truncated while it was being read", "読み込み中にファイルが短くなりました");
const RETRY_HINT = text(
  "run the command again when no program is writing to the file",
  "書き込みが終わってから、もう一度実行してください",
);
