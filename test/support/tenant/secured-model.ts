import type { Cells, Request } from "./tenant.ts";

/** A SECURED APPs user of the model. */
export interface ModelSecuredUser {
  readonly userId: string;
  readonly administrator: boolean;
  readonly displayName: string;
  readonly description: string | null;
  readonly groups: readonly string[];
  readonly groupManager: string | null;
}

export interface ModelApp {
  readonly users: readonly ModelSecuredUser[];
  readonly groups: readonly string[];
}

/** The expected outcome of an import. */
export interface ModelSecuredOutcome {
  /** problems and warnings as `code@row`, sorted */
  readonly faults: readonly string[];
  readonly counts: Readonly<
    Record<"create" | "update" | "unchanged" | "delete" | "invalid" | "secretsSet" | "groupsCreated", number>
  >;
  readonly rejected: boolean;
  readonly after: ModelApp;
}

interface ModelRow {
  readonly row: number;
  readonly cells: ReadonlyMap<string, readonly string[]>;
}

/**
 * A model of SECURED APPs imports. Like {@link UsersModel}, it processes one row at a time, which is slow but obviously
 * correct.
 */
export class SecuredModel {
  readonly #app: ModelApp;
  readonly #request: Request;
  readonly #header: readonly string[];
  readonly #rows: readonly ModelRow[];
  readonly #faults: { readonly row: number; readonly code: string }[] = [];

  constructor(app: ModelApp, request: Request, [header = [], ...rows]: Cells) {
    this.#app = app;
    this.#request = request;
    this.#header = header;
    this.#rows = rows.flatMap((values, i) => {
      if (values.every((cell) => cell === "")) return [];
      const cells = new Map<string, string[]>();
      for (const [at, name] of header.entries()) cells.set(name, [...(cells.get(name) ?? []), values[at] ?? ""]);
      return [{ row: i + 2, cells }];
    });
  }

  #cell({ cells }: ModelRow, header: string): string {
    return cells.get(header)?.[0] ?? "";
  }

  #groups({ cells }: ModelRow): readonly string[] {
    return [...new Set(cells.get("グループ名"))].filter((name) => name !== "").toSorted();
  }

  #matchOf(row: ModelRow): ModelSecuredUser | undefined {
    return this.#app.users.find(({ userId }) => userId === this.#cell(row, "ユーザーID"));
  }

  #isInvalid({ row }: ModelRow): boolean {
    return this.#faults.some((fault) => fault.row === row);
  }

  #check(row: ModelRow): void {
    const report = (code: string): void => void this.#faults.push({ row: row.row, code });
    const blank = this.#request.blank ?? "clear";
    const id = this.#cell(row, "ユーザーID");
    const hasName = this.#header.includes("表示名");
    if (blank === "clear" && hasName && this.#cell(row, "表示名") === "") report("required");
    if (id === "") report("required");
    else if (!/^[A-Za-z0-9]+$/.test(id)) report("not-alphanumeric");
    const password = this.#cell(row, "パスワード");
    if (password !== "" && password.length < 6) report("too-short");
    if (!/^(|TRUE|FALSE|true)$/.test(this.#cell(row, "グループ管理者フラグ"))) report("not-boolean");
    const others = this.#rows.filter((other) => other !== row && this.#cell(other, "ユーザーID") !== "");
    if (others.some((other) => this.#cell(other, "ユーザーID") === id)) report("key-duplicate");
    for (const name of this.#groups(row)) {
      if (!this.#app.groups.includes(name) && this.#request.createGroups !== true) report("group-unknown");
    }
    if (this.#matchOf(row)?.administrator === true) report("administrator-row");
    if (this.#matchOf(row) !== undefined || id === "") return;
    if (password === "") report("required-new");
    if (this.#cell(row, "表示名") === "" && (blank === "keep" || !hasName)) report("required-new");
  }

  #apply(row: ModelRow, matched: ModelSecuredUser | undefined): ModelSecuredUser {
    const keep = this.#request.blank === "keep";
    const single = (header: string, before: string | null): string | null => {
      if (!this.#header.includes(header)) return before;
      const cell = this.#cell(row, header);
      return cell === "" && keep ? before : cell || null;
    };
    const named = this.#groups(row);
    const before = matched?.groups ?? [];
    const groups = keep ? [...new Set([...before, ...named])].toSorted() : named;
    const keepsGroups = !this.#header.includes("グループ名");
    return {
      userId: this.#cell(row, "ユーザーID"),
      administrator: false,
      displayName: this.#cell(row, "表示名") || (matched?.displayName ?? ""),
      description: single("説明", matched?.description ?? null),
      groups: keepsGroups ? before : this.#header.includes("グループ名") ? groups : [],
      groupManager: single("グループ管理者フラグ", matched?.groupManager ?? null)?.toUpperCase() ?? null,
    };
  }

  outcome(): ModelSecuredOutcome {
    // blank rows do not count as rows
    if (this.#rows.length === 0) this.#faults.push({ row: 0, code: "file-no-rows" });
    for (const row of this.#rows) this.#check(row);
    const { mode, skipInvalid = false } = this.#request;
    const invalid = this.#rows.filter((row) => this.#isInvalid(row));
    const ids = new Set(this.#rows.map((row) => this.#cell(row, "ユーザーID")));
    const lacking = this.#app.users.filter(
      ({ administrator, userId }) => mode === "replace" && !administrator && !ids.has(userId),
    );
    const untold = invalid.some((row) => this.#matchOf(row) === undefined);
    const counts = {
      create: 0,
      update: 0,
      unchanged: 0,
      delete: lacking.length,
      invalid: invalid.length,
      secretsSet: 0,
    };
    const users = new Map(this.#app.users.filter((user) => !lacking.includes(user)).map((user) => [user.userId, user]));
    const groups = new Set(this.#app.groups);
    for (const row of this.#rows.filter((row) => !this.#isInvalid(row))) {
      const matched = this.#matchOf(row);
      const after = this.#apply(row, matched);
      users.set(after.userId, after);
      for (const name of this.#groups(row)) groups.add(name);
      if (this.#cell(row, "パスワード") !== "") counts.secretsSet += 1;
      if (matched === undefined) counts.create += 1;
      else if (JSON.stringify(matched) === JSON.stringify(after)) counts.unchanged += 1;
      else counts.update += 1;
    }
    return {
      faults: this.#faults.map(({ code, row }) => `${code}@${row}`).toSorted(),
      counts: { ...counts, groupsCreated: groups.size - this.#app.groups.length },
      rejected: this.#rows.length === 0 || (skipInvalid ? lacking.length > 0 && untold : invalid.length > 0),
      after: { users: [...users.values()], groups: [...groups] },
    };
  }
}
