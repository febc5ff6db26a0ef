import type { FileForm } from "../../csv/records/record.ts";
import { createInterruptedFailure, Failure, rethrowAs } from "../../errors/index.ts";
import { text } from "../../text/index.ts";
import type { UploadContent } from "../plans/engine-types.ts";

/** Read the file only in work that is passed to `through`. */
export interface Upload extends UploadContent {
  /** runs the work; rejects with the reason if the file could not be received */
  readonly through: <T>(work: Promise<T>) => Promise<T>;
}

const createBrokenUploadFailure = (error: unknown, { aborted }: AbortSignal): Failure => {
  if (error instanceof Failure) return error;
  if (aborted) return createInterruptedFailure(error);
  const what = text(
    "the file could not be received completely; nothing was changed",
    "ファイルを最後まで受信できませんでした。何も変更していません",
  );
  return new Failure("unavailable", { what, cause: error });
};

export const createUpload = ({ body, signal }: Pick<Request, "body" | "signal">, encoding: FileForm): Upload => {
  let failure: Failure | undefined;
  async function* bytes(): AsyncGenerator<Uint8Array> {
    if (body === null) return;
    try {
      yield* body;
    } catch (error) {
      failure = createBrokenUploadFailure(error, signal);
      throw failure;
    }
  }
  return {
    stream: ReadableStream.from(bytes()),
    encoding,
    through: (work) => work.catch(rethrowAs((error) => failure ?? error)),
  };
};
