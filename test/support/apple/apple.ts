import type { AppleResponse, AppleRequest, Send } from "../../../src/lib/apple/retry.ts";

/** A response of {@link FakeApple}; missing parts have default values, and an error makes the request fail. */
export type FakeAppleResponse = Partial<AppleResponse> | Error;

export const NOW = Date.parse("2026-11-22T19:00:00Z");

/** A fake Apple server that responds as the test specifies and records requests. Waiting advances its clock. */
export class FakeApple {
  readonly requests: AppleRequest[] = [];
  readonly waits: number[] = [];
  now = NOW;
  readonly #answer: (request: AppleRequest, count: number) => FakeAppleResponse;

  constructor(answer: (request: AppleRequest, count: number) => FakeAppleResponse) {
    this.#answer = answer;
  }

  readonly send: Send = async (request) => {
    this.requests.push(request);
    const answer = this.#answer(request, this.requests.length);
    if (answer instanceof Error) throw answer;
    return { status: 200, headers: {}, body: "{}", ...answer };
  };

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

  get lines(): readonly string[] {
    return this.requests.map(({ method, url }) => `${method} ${url.replace(/^https?:\/\/[^/]+/, "")}`);
  }
}

/** Returns a function that gives the responses in order, and then repeats the last response. */
export const respondInTurn =
  (...answers: readonly [FakeAppleResponse, ...FakeAppleResponse[]]) =>
  (_: AppleRequest, count: number): FakeAppleResponse =>
    answers[Math.min(count, answers.length) - 1] ?? answers[0];

export const createJsonResponse = (value: unknown): { readonly body: string } => ({ body: JSON.stringify(value) });
