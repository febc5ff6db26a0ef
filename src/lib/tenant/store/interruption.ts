import { Failure } from "../../errors/index.ts";
import { text } from "../../text/index.ts";

/** The failure of work that was interrupted by a signal and left everything unchanged. */
export const interruption = (cause?: unknown): Failure =>
  new Failure("interrupted", {
    what: text("interrupted; nothing was changed", "中断しました。何も変更していません"),
    cause,
  });
