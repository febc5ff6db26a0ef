/** Background jobs of this process. They continue after the response to the request that started them. */
export class Jobs {
  readonly #underWay = new Map<string, Promise<void>>();
  readonly #errors = new Map<string, Error>();
  readonly #stopping = new AbortController();

  /**
   * Starts a job. @param id name of the job @param work must end soon after its signal is aborted; if it throws, the
   * error is stored
   */
  start(id: string, work: (signal: AbortSignal) => Promise<void>): void {
    this.#errors.delete(id);
    const done = work(this.#stopping.signal)
      .catch((error: unknown) => void this.#errors.set(id, error instanceof Error ? error : new Error(String(error))))
      .finally(() => this.#underWay.delete(id));
    this.#underWay.set(id, done);
  }

  has(id: string): boolean {
    return this.#underWay.has(id);
  }

  /** Returns the error that a job threw; undefined if it did not throw any. */
  errorOf(id: string): Error | undefined {
    return this.#errors.get(id);
  }

  /** Asks all jobs to stop, and waits until they have stopped. */
  async close(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#underWay.values());
  }
}
