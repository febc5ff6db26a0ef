import type { Encoding } from "../../src/lib/csv/records/record.ts";
import type { Cells, Edit } from "./files.ts";

/** An import's file and how it is imported. */
export interface SceneImport extends Edit {
  readonly mode?: "replace";
  /** further options of the command */
  readonly options?: string;
  /** where it is not the scene's */
  readonly encoding?: Encoding;
}

/** One kind of import in a tenant of its own, with an import in each state. */
export interface Scene {
  readonly name: string;
  readonly language: "ja" | "en";
  /** of its files, and of the console's exports */
  readonly encoding: Encoding;
  /** command lines before the imports */
  readonly before: readonly string[];
  /** people who are in the organisations that {@link imports}' first one makes */
  readonly users?: readonly Cells[];
  /** `users import`, without the file */
  readonly noun: "users" | "orgs" | "secured users";
  /** of every import */
  readonly options: string;
  /** the header of the cell that names a row here */
  readonly named: string;
  readonly imports: {
    /** committed, in this order */
    readonly base: SceneImport;
    readonly append: SceneImport;
    /** reverted at once */
    readonly undone: SceneImport;
    /** written for the console, and verified at once */
    readonly verified: SceneImport;
    readonly replace: SceneImport;
    /** discarded */
    readonly discarded: SceneImport;
    /** written for the console, waiting */
    readonly emitAppend: SceneImport;
    readonly emitReplace: SceneImport;
    /** planned */
    readonly planAppend: SceneImport;
    readonly planReplace: SceneImport;
    readonly planInvalid: SceneImport;
  };
  /** a row of a file that is killed while it is uploaded */
  readonly killed: (number: number) => Cells;
  /** further questions on the tenant */
  readonly questions: readonly string[];
}
