import { Failure } from "../errors/index.ts";
import { text } from "../text/index.ts";

export const MAYBE_CHANGED_STATE = text("the change may have been made", "変更されている可能性があります");
export const CHANGED_STATE = text(
  "the change was made; the output may be incomplete",
  "変更は完了しましたが、出力が途中で切れている可能性があります",
);
export const PARTLY_CHANGED_STATE = text(
  "some changes were made; other changes may be missing, and the output may be incomplete",
  "一部の変更は完了しましたが、残りの変更や出力は行われていない可能性があります",
);

export type ChangeState = "sent" | "made" | "refused";

export class Changes {
  readonly #tell: (state: ChangeState) => void;
  readonly #readRevision: () => Promise<number>;
  #known: number | undefined;
  #base: number | undefined;

  constructor(tell: (state: ChangeState) => void, readRevision: () => Promise<number>) {
    this.#tell = tell;
    this.#readRevision = readRevision;
  }

  /** Call this before you read the data that the user must confirm. */
  async look(): Promise<void> {
    this.#known = await this.#readRevision();
  }

  /** After this call, the tenant refuses a change if its data has changed since {@link look}. */
  async asked(): Promise<void> {
    this.#base ??= this.#known ?? (await this.#readRevision());
  }

  takeBase(): number | undefined {
    const base = this.#base;
    this.#base = undefined;
    this.#known = undefined;
    return base;
  }

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
