import { Failure } from "../../../lib/errors/index.ts";
import { text } from "../../../lib/text/index.ts";

/** Tokens are a few kilobytes; more is none, and too long for a request. */
export const MAX_TOKEN_BYTES = 256 * 1024;

export const tooLong = (where: string): Failure =>
  new Failure("input-rejected", {
    what: text("too long for a server token", "サーバートークンにしては長すぎます"),
    where,
  });
