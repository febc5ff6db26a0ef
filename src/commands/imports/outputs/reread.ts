import { createHash } from "node:crypto";
import type { Import } from "../../../lib/client/index.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { text } from "../../../lib/text/index.ts";
import type { InputFile } from "../../../lib/files/index.ts";

/** @throws `input-rejected` at the end if the bytes are not those that the plan was made from */
export async function* rereadFile(file: InputFile, { inputSha256 }: Import): AsyncGenerator<Uint8Array> {
  const hash = createHash("sha256");
  for await (const chunk of file.chunks()) {
    hash.update(chunk);
    yield chunk;
  }
  if (hash.digest("hex") === inputSha256) return;
  throw new Failure("input-rejected", {
    what: text("the file changed after its plan was made", "計画を作ったあとにファイルが変更されました"),
    where: file.label,
    hint: text("import the file again", "もう一度インポートしてください"),
  });
}
