import type { Context } from "../../lib/config/index.ts";
import { Failure, type ErrorCode } from "../../lib/errors/index.ts";
import { text } from "../../lib/text/index.ts";
import type { Tools } from "./tools.ts";

/**
 * Works on one tenant after the other, so that one that fails does not hide the others. Returns `partial` if some of
 * them failed, the code of the first failure if all did. @throws Failure if there is only one context
 */
export async function workOnEachContext<C extends Context>(
  tools: Tools,
  contexts: readonly C[],
  work: (context: C) => Promise<void>,
): Promise<ErrorCode | undefined> {
  const failures: Failure[] = [];
  for (const context of contexts) {
    try {
      await work(context);
    } catch (error) {
      const isOnly = contexts.length === 1;
      if (isOnly || !(error instanceof Failure) || error.code === "interrupted") throw error;
      failures.push(error);
      const { name } = context;
      const { what } = error;
      tools.noteFault(what, name);
      await tools.terminal.problem(text(`error: ${name}: ${what.en}`, `エラー: ${name}: ${what.ja}`));
    }
    if (contexts.length > 1) await tools.release(context);
  }
  return failures.length < contexts.length && failures.length > 0 ? "partial" : failures[0]?.code;
}
