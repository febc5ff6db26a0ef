import { Failure } from "../errors/index.ts";
import { text } from "../text/index.ts";

export const MAYBE_CHANGED_STATE = text("the change may have been made", "変更されている可能性があります");
export const CHANGED_STATE = text(
  "the change was made; the output may be incomplete",
  "変更は完了しましたが、出力は途中までの可能性があります",
);
export const SEVERAL_CHANGED_STATE = text(
  "some changes were made; the others or their output may be missing",
  "一部の変更は完了しましたが、残りの変更や出力は行われていない可能性があります",
);

export type ChangeState = "sent" | "made" | "refused";

/** Knows when changes of a tenant are sent and answered, and the revision of the data about which a question was asked. */
export class Changes {
  readonly #tell: (state: ChangeState) => void;
  readonly #readRevision: () => Promise<number>;
  #known: number | undefined;
  #base: number | undefined;

  constructor(tell: (state: ChangeState) => void, readRevision: () => Promise<number>) {
    this.#tell = tell;
    this.#readRevision = readRevision;
  }

  /** Remembers the tenant's revision before data is read about which a question may be asked. */
  async look(): Promise<void> {
    this.#known = await this.#readRevision();
  }

  /** Makes the next change depend on the data that was read before a question. */
  async asked(): Promise<void> {
    this.#base ??= this.#known ?? (await this.#readRevision());
  }

  /** Returns the revision on which the next change is based; undefined if nobody was asked. */
  takeBase(): number | undefined {
    const base = this.#base;
    this.#base = undefined;
    this.#known = undefined;
    return base;
  }

  /** Makes a change. After a failure that is not a refusal, it is unknown whether the change was made. */
  async make<T>(change: () => Promise<T>): Promise<T> {
    this.#tell("sent");
    try {
      const result = await change();
      this.#tell("made");
      return result;
    } catch (error) {
      if (error instanceof Failure && error.status < 500) this.#tell("refused");
      throw error;
    }
  }
}
