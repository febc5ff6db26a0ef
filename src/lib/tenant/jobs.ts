/** Long work of this process that goes on after the request that began it was answered. */
export class Jobs {
  readonly #underWay = new Map<string, Promise<void>>();
  readonly #stopping = new AbortController();

  /** Begins work. @param id what others know it by @param work ends soon after its signal; whatever it throws is its own */
  start(id: string, work: (signal: AbortSignal) => Promise<void>): void {
    const done = work(this.#stopping.signal)
      .catch(() => undefined)
      .finally(() => this.#underWay.delete(id));
    this.#underWay.set(id, done);
  }

  /** Whether this process is at it. */
  has(id: string): boolean {
    return this.#underWay.has(id);
  }

  /** Asks all work to stop, and waits until it has. */
  async close(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#underWay.values());
  }
}
