import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ToldImport } from "#support/process/old-tenant.ts";
import { editedRows, fileOf, readRows, type Cells } from "./files.ts";
import type { OldProgram } from "./program.ts";
import type { Scene, SceneImport } from "./scene.ts";

/** Rows enough that an upload takes its time. */
const KILLED_ROWS = 20_000;

/** The export whose rows an import of the scene can read. */
const exportOf = ({ noun, options }: Scene): string => {
  const app = /--app \S+/.exec(options)?.[0];
  return app === undefined ? `${noun} export` : `${noun} export ${app} --layout full`;
};

/** The export that the console makes. */
const consoleExportOf = (scene: Scene): string => exportOf(scene).replace("full", "console");

/** Makes the tenant of a scene: its imports, each in its state. */
export class SceneTenant {
  readonly #scene: Scene;
  readonly #program: OldProgram;
  readonly #made = new Map<string, string>();

  constructor(scene: Scene, program: OldProgram) {
    this.#scene = scene;
    this.#program = program;
  }

  /** @returns the imports, and where they are left */
  async make(): Promise<readonly ToldImport[]> {
    const { name, language, before, users, imports } = this.#scene;
    this.#program.ask(`context add ${name} --embedded --language ${language}`);
    for (const line of before) this.#program.ask(line);
    await this.#commit("base", imports.base);
    if (users !== undefined) await this.#peopled(users);
    await this.#commit("append", imports.append);
    await this.#commit("undone", imports.undone);
    await this.#revert("undone", "undoing");
    await this.#emit("verified", imports.verified);
    this.#program.ask(`imports verify ${this.#id("verified")} --against verified.same.csv`);
    await this.#commit("replace", imports.replace);
    await this.#plan("discarded", imports.discarded);
    this.#program.ask(`imports discard ${this.#id("discarded")} --yes`);
    await this.#emit("emitAppend", imports.emitAppend);
    await this.#emit("emitReplace", imports.emitReplace);
    await this.#plan("planAppend", imports.planAppend);
    await this.#plan("planReplace", imports.planReplace);
    await this.#plan("planInvalid", imports.planInvalid);
    await this.#make("planUndoing", () => this.#program.library(`client.imports.revert("${this.#id("append")}")`));
    // its process ended before it sent the file
    await this.#make("begun", () =>
      this.#program.library(`fetch(${this.#creation()}).then((made) => assert.equal(made.status, 201))`),
    );
    await this.#kill();
    return this.#told();
  }

  #id(name: string): string {
    const id = this.#made.get(name);
    if (id === undefined) throw new TypeError(`no import ${name}`);
    return id;
  }

  /** Runs what makes one import, and names it. */
  async #make(name: string, body: () => unknown): Promise<void> {
    const known = new Set(this.#program.imports().map(({ id }) => id));
    await body();
    const [made, ...others] = this.#program.imports().filter(({ id }) => !known.has(id));
    if (made === undefined || others.length > 0) throw new Error(`${name} is not one import`);
    this.#made.set(name, made.id);
  }

  /** Writes an import's file. @returns the command that imports it */
  #line(name: string, one: SceneImport): string {
    const { noun, options, encoding, named } = this.#scene;
    const rows = readRows(this.#program.ask(`${exportOf(this.#scene)} --encoding utf-8`));
    const edited = editedRows(rows, named, one, one.mode === "replace");
    writeFileSync(join(this.#program.folder, `${name}.csv`), fileOf(edited, one.encoding ?? encoding));
    const mode = one.mode === undefined ? "" : ` --mode ${one.mode}`;
    const more = one.options === undefined ? "" : ` ${one.options}`;
    return `${noun} import ${name}.csv ${options}${mode}${more}`.replaceAll(/ +/g, " ").trim();
  }

  async #ask(name: string, line: string): Promise<void> {
    await this.#make(name, () => this.#program.ask(line));
    rmSync(join(this.#program.folder, `${name}.csv`));
  }

  static #confirmed({ drop = [] }: SceneImport): string {
    return drop.length === 0 ? "--yes" : `--confirm-deletions ${drop.length}`;
  }

  async #commit(name: string, one: SceneImport): Promise<void> {
    await this.#ask(name, `${this.#line(name, one)} ${SceneTenant.#confirmed(one)}`);
  }

  async #plan(name: string, one: SceneImport): Promise<void> {
    const line = `${this.#line(name, one)} --dry-run --keep-plan`;
    // a plan with invalid rows is kept and refused
    await this.#make(name, () => {
      const { exit, stderr } = this.#program.tell(line);
      if (exit !== (name === "planInvalid" ? 3 : 0)) throw new Error(`${line} ended with ${exit}: ${stderr}`);
    });
    rmSync(join(this.#program.folder, `${name}.csv`));
  }

  /** Writes an import's file for the console, and the exports that the console would make without and with it. */
  async #emit(name: string, one: SceneImport): Promise<void> {
    const { encoding } = this.#scene;
    const line = this.#line(name, one);
    const confirmed = SceneTenant.#confirmed(one);
    const save = (program: OldProgram, as: string): void =>
      void program.ask(`${consoleExportOf(this.#scene)} --encoding ${encoding} -o ${name}.${as}.csv`);
    this.#program.onCopy((copy) => {
      save(copy, "other");
      copy.ask(`${line} ${confirmed}`);
      save(copy, "same");
    });
    await this.#ask(name, `${line} --emit-csv emitted.csv ${confirmed}`);
    rmSync(join(this.#program.folder, "emitted.csv"));
  }

  async #revert(name: string, as: string): Promise<void> {
    const id = this.#id(name);
    const created = this.#program.imports().find((one) => one.id === id)?.creates ?? 0;
    await this.#make(as, () => this.#program.ask(`imports revert ${id} --confirm-deletions ${created}`));
  }

  async #peopled(users: readonly Cells[]): Promise<void> {
    writeFileSync(join(this.#program.folder, "users.csv"), fileOf(users, "utf-8"));
    await this.#ask("users", "users import users.csv --yes");
  }

  /** A request to the tenant for a new import, as an expression. */
  #creation(): string {
    const kind = /--app (\S+)/.exec(this.#scene.options)?.[1] ?? this.#scene.noun;
    const body = JSON.stringify({ kind, fileName: "begun.csv" });
    const init = { method: "POST", headers: { "content-type": "application/json" }, body };
    return `new Request("http://tenant/v1/imports", ${JSON.stringify(init)})`;
  }

  async #kill(): Promise<void> {
    const { noun, options, killed } = this.#scene;
    const rows = Array.from({ length: KILLED_ROWS }, (_, at) => killed(at + 100_000));
    writeFileSync(join(this.#program.folder, "killed.csv"), fileOf(rows, "utf-8"));
    const line = `${noun} import killed.csv ${options} --dry-run`.replaceAll(/ +/g, " ");
    await this.#make("killed", () => this.#program.killWhileUploading(line));
    rmSync(join(this.#program.folder, "killed.csv"));
  }

  #told(): readonly ToldImport[] {
    const states = new Map(this.#program.imports().map(({ id, state }) => [id, state]));
    return [...this.#made].map(([name, id]) => ({ name, id, state: states.get(id) ?? "" }));
  }
}
