import { Failure } from "../../../lib/errors/index.ts";
import { text } from "../../../lib/text/index.ts";

/** Maximum size of a token file. Tokens have a few kilobytes; a larger file is not a token and too long to send. */
export const MAX_TOKEN_BYTES = 256 * 1024;

export const createTokenTooLongFailure = (where: string): Failure =>
  new Failure("input-rejected", {
    what: text("too long for a server token", "サーバートークンにしては長すぎます"),
    where,
  });
