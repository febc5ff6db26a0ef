import {
  columnsOf,
  difference,
  EXPORTS,
  IMPORTS,
  tablesOf,
  timeless,
  type Columns,
  type Story,
  type Tables,
  type Told,
  type ToldImport,
} from "#support/process/old-tenant.ts";
import type { OldProgram } from "./program.ts";
import type { Scene } from "./scene.ts";

/** What is asked of every tenant. */
const QUESTIONS = [...EXPORTS, "users list --format json", "orgs list --format json", "imports emitted --format json"];

/** Told once a tenant is made. */
export interface MadeTenant {
  readonly commit: string;
  readonly madeAt: string;
  readonly scene: Scene;
  readonly program: OldProgram;
  readonly imports: readonly ToldImport[];
}

/** Writes down what a program says of a tenant, and of copies of it after commands. */
export class StoryWriter {
  readonly #made: MadeTenant;
  readonly #said: ReadonlyMap<string, string>;
  readonly #columns: Columns;
  readonly #tables: Tables;

  constructor(made: MadeTenant) {
    this.#made = made;
    const { program, scene } = made;
    const questions = [...QUESTIONS, ...scene.questions, ...this.#shown()];
    this.#said = program.onCopy((copy) => new Map(questions.map((line) => [line, copy.ask(line)])));
    this.#columns = program.onCopy((copy) => columnsOf(copy.database));
    this.#tables = program.onCopy((copy) => this.#tablesOf(copy));
  }

  story(): Story {
    const { commit, madeAt, imports } = this.#made;
    return {
      commit,
      madeAt,
      imports,
      said: Object.fromEntries(this.#said),
      columns: this.#columns,
      tables: this.#tables,
      committed: this.#committed(),
      waiting: this.#waiting(),
      open: this.#open(),
    };
  }

  #id(name: string): string {
    const id = this.#made.imports.find((one) => one.name === name)?.id;
    if (id === undefined) throw new TypeError(`no import ${name}`);
    return id;
  }

  /** Questions on imports that wait for the console. */
  #shown(): readonly string[] {
    return ["emitAppend", "emitReplace"].flatMap((name) => [
      `imports show ${this.#id(name)} --rows --format ndjson`,
      `imports show ${this.#id(name)} --format json`,
    ]);
  }

  #tablesOf(copy: OldProgram): Tables {
    return tablesOf(copy.database, this.#columns, copy.ask(IMPORTS), this.#made.madeAt);
  }

  #counted(name: string, count: "create" | "delete"): number {
    const imports = (this.#tables["imports"] ?? []).map((row) => JSON.parse(row) as Record<string, unknown>);
    return Number(imports.find(({ id }) => id === this.#id(name))?.[count]);
  }

  /** What an import created, its undoing deletes. */
  #revert(name: string): string {
    return `imports revert ${this.#id(name)} --confirm-deletions ${this.#counted(name, "create")} --format json`;
  }

  #verify(name: string, against: string): string {
    return `imports verify ${this.#id(name)} --against ${name}.${against}.csv --format json`;
  }

  #committed(): readonly Told[] {
    const revert = (name: string): string => this.#revert(name);
    const [field] = this.#made.scene.before
      .flatMap((line) => /^users fields add (.*)$/.exec(line)?.[1] ?? [])
      .slice(-1);
    const withoutField = field === undefined ? [] : [[`users fields remove ${field} --yes`, revert("replace")]];
    return [
      ...["append", "verified", "replace"].map((name) => this.#after(`revert ${name}`, [revert(name)])),
      this.#after("revert the newest first", ["replace", "verified", "append"].map(revert)),
      this.#after(
        "revert what has changed since, what is undone, and an undoing",
        ["base", "undone", "undoing"].map(revert),
      ),
      ...withoutField.map((lines) => this.#after("revert replace without a field", lines)),
    ];
  }

  #waiting(): readonly Told[] {
    return ["emitAppend", "emitReplace"].flatMap((name) => {
      const id = this.#id(name);
      const verify = this.#verify(name, "same");
      return [
        this.#after(`verify ${name}`, [verify]),
        this.#after(`verify and revert ${name}`, [verify, this.#revert(name)]),
        this.#after(`verify ${name} after a change`, [this.#revert("append"), verify]),
        this.#after(`verify ${name} against another export, compare it again, discard it`, [
          this.#verify(name, "other"),
          `imports replan ${id} --format json`,
          `imports discard ${id} --yes --format json`,
        ]),
      ];
    });
  }

  #open(): readonly Told[] {
    const commit = (name: string): string => {
      const deletions = this.#counted(name, "delete");
      const confirmed = deletions === 0 ? "--yes" : `--confirm-deletions ${deletions}`;
      return `imports commit ${this.#id(name)} ${confirmed} --format json`;
    };
    const rows = (name: string): string => `imports show ${this.#id(name)} --rows --format ndjson`;
    const problems = `imports show ${this.#id("planInvalid")} --problems --fields row,column,code --format ndjson`;
    return [
      ...["planAppend", "planReplace", "planUndoing"].map((name) => this.#after(name, [rows(name), commit(name)])),
      this.#after("planInvalid", [rows("planInvalid"), problems, commit("planInvalid")]),
      ...["begun", "killed"].map((name) => this.#after(name, [commit(name)])),
    ];
  }

  #after(title: string, lines: readonly string[]): Told {
    const { program, madeAt } = this.#made;
    return program.onCopy((copy) => {
      const answers = lines.map((line) => copy.tell(line));
      const unexpected = answers.find(({ exit }) => exit === null || exit === 1 || exit === 2);
      if (unexpected !== undefined) throw new Error(`${title}: ${unexpected.stderr}`);
      const exports = EXPORTS.map((line) => [line, copy.ask(line)] as const);
      return {
        title,
        lines,
        exits: answers.map(({ exit }) => exit),
        said: timeless(answers.map(({ stdout }) => stdout).join(""), madeAt),
        exports: Object.fromEntries(exports.filter(([line, text]) => text !== this.#said.get(line))),
        rows: difference(this.#tables, this.#tablesOf(copy)),
      };
    });
  }
}
