/** A job continues after the response to the request that started it. */
export class Jobs {
  readonly #underWay = new Set<Promise<void>>();
  readonly #stopping = new AbortController();

  start(work: (signal: AbortSignal) => Promise<void>): void {
    const done = work(this.#stopping.signal)
      .catch(() => undefined)
      .finally(() => this.#underWay.delete(done));
    this.#underWay.add(done);
  }

  async close(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#underWay);
  }
}
