import type { Context } from "../../lib/config/index.ts";
import { Failure, type ErrorCode } from "../../lib/errors/index.ts";
import { text } from "../../lib/text/index.ts";
import type { Tools } from "./tools.ts";

/**
 * Works on several tenants, so that one that fails does not hide the others. Returns `partial` if some of them failed,
 * the code of the first failure if all did. @param atOnce how many tenants are worked on at the same time
 * @throws Failure if there is only one context
 */
export async function workOnEachContext<C extends Context>(
  tools: Tools,
  contexts: readonly C[],
  work: (context: C) => Promise<void>,
  atOnce = 1,
): Promise<ErrorCode | undefined> {
  const workOn = async (context: C): Promise<Failure | undefined> => {
    const failure = await work(context).then(
      () => undefined,
      (error: unknown) => {
        const isOnly = contexts.length === 1;
        if (isOnly || !(error instanceof Failure) || error.code === "interrupted") throw error;
        return error;
      },
    );
    if (contexts.length > 1) await tools.release(context);
    return failure;
  };
  const failures: Failure[] = [];
  for (const [context, failure] of await workOnAll(contexts, workOn, atOnce)) {
    if (failure === undefined) continue;
    failures.push(failure);
    const { name } = context;
    const { what } = failure;
    tools.noteFault(what, name);
    await tools.terminal.problem(text(`error: ${name}: ${what.en}`, `エラー: ${name}: ${what.ja}`));
  }
  return failures.length < contexts.length && failures.length > 0 ? "partial" : failures[0]?.code;
}

/** Returns the results in the order of the items. */
export async function workOnAll<T, R>(
  items: readonly T[],
  work: (item: T) => Promise<R>,
  atOnce: number,
): Promise<readonly (readonly [T, R])[]> {
  const results: (readonly [T, R])[] = [];
  const queue = items.entries();
  const workOnNext = async (): Promise<void> => {
    for (const [at, item] of queue) results[at] = [item, await work(item)];
  };
  await Promise.all(Array.from({ length: atOnce }, workOnNext));
  return results;
}
