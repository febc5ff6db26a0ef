import { setTimeout as sleep } from "node:timers/promises";
import type { Result, Story } from "./story.ts";

/** Numbers from 0 to below 1 that a seed repeats (mulberry32). CLOMOCTL_SEED or the clock gives the seed, which is shown. */
export function chance(about: string): () => number {
  let state = Number(process.env["CLOMOCTL_SEED"] ?? Date.now() % 1_000_000);
  process.stderr.write(`${about}: CLOMOCTL_SEED=${state}\n`);
  return () => {
    state = (state + 0x6d_2b_79_f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Runs a command and kills it with SIGKILL after some milliseconds, unless it ended before. */
export async function killAfter(story: Story, words: readonly string[], delay: number): Promise<Result> {
  const running = story.start(words);
  const stop = new AbortController();
  const killing = sleep(delay, undefined, { signal: stop.signal }).then(
    () => running.process.kill("SIGKILL"),
    () => false,
  );
  const outcome = await running.ended;
  stop.abort();
  await killing;
  return story.judge(words, outcome, { code: "any", tried: false });
}
