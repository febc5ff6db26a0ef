import type { AppleAnswer, AppleRequest, Send } from "../../../src/lib/apple/send.ts";

/** What a fake answers: all but what matters is left out. */
export type FakeAnswer = Partial<AppleAnswer> | Error;

export const NOW = Date.parse("2026-11-22T19:00:00Z");

/** Stands in for Apple: answers as told, and keeps what it was sent. Its clock moves by what is waited. */
export class FakeApple {
  readonly requests: AppleRequest[] = [];
  readonly waits: number[] = [];
  now = NOW;
  readonly #answer: (request: AppleRequest, count: number) => FakeAnswer;

  constructor(answer: (request: AppleRequest, count: number) => FakeAnswer) {
    this.#answer = answer;
  }

  readonly send: Send = async (request) => {
    this.requests.push(request);
    const answer = this.#answer(request, this.requests.length);
    if (answer instanceof Error) throw answer;
    return { status: 200, headers: {}, body: "{}", ...answer };
  };

  /** What talks to it needs. */
  get patience() {
    return {
      send: this.send,
      now: () => this.now,
      wait: async (delayMs: number) => {
        this.waits.push(delayMs);
        this.now += delayMs;
      },
    };
  }

  /** Method, path and query of each request. */
  get lines(): readonly string[] {
    return this.requests.map(({ method, url }) => `${method} ${url.replace(/^https?:\/\/[^/]+/, "")}`);
  }
}

/** Answers in turn; the last one again and again. */
export const inTurn =
  (...answers: readonly [FakeAnswer, ...FakeAnswer[]]) =>
  (_: AppleRequest, count: number): FakeAnswer =>
    answers[Math.min(count, answers.length) - 1] ?? answers[0];

export const json = (value: unknown): { readonly body: string } => ({ body: JSON.stringify(value) });
