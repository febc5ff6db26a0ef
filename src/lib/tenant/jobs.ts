/** Long work of this process that goes on after the request that began it was answered. */
export class Jobs {
  readonly #underWay = new Map<string, Promise<void>>();
  readonly #errors = new Map<string, Error>();
  readonly #stopping = new AbortController();

  /** Begins work. @param id what others know it by @param work ends soon after its signal; what it throws is kept */
  start(id: string, work: (signal: AbortSignal) => Promise<void>): void {
    this.#errors.delete(id);
    const done = work(this.#stopping.signal)
      .catch((error: unknown) => void this.#errors.set(id, error instanceof Error ? error : new Error(String(error))))
      .finally(() => this.#underWay.delete(id));
    this.#underWay.set(id, done);
  }

  /** Whether this process is at it. */
  has(id: string): boolean {
    return this.#underWay.has(id);
  }

  /** What it threw; undefined of work that has not. */
  errorOf(id: string): Error | undefined {
    return this.#errors.get(id);
  }

  /** Asks all work to stop, and waits until it has. */
  async close(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#underWay.values());
  }
}
