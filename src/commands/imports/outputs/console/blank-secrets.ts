import type { Import, PlanRow } from "../../../../lib/client/index.ts";
import { counted, text, type Text } from "../../../../lib/text/index.ts";
import type { SecretRow } from "./secrets.ts";

/** A column whose values are not stored, with its header in the file. */
export interface SecretColumn {
  readonly field: string;
  readonly header: string;
}

/** The secrets of existing users that a file for the console leaves blank. */
export interface BlankSecretsFound {
  /** number of users for which each column is blank; columns without any are left out */
  readonly columns: readonly { readonly header: string; readonly users: number }[];
  /** number of users with any such column, and the keys of the first ones */
  readonly users: number;
  readonly first: readonly string[];
}

const MOST_NAMED = 5;

/** Counts existing users' secrets that a file leaves blank: the tenant stores none, so only the input may have them. */
export class BlankSecrets {
  readonly #kind: Import["kind"];
  readonly #columns: readonly (SecretColumn & { users: number })[];
  readonly #first: string[] = [];
  #users = 0;

  constructor(kind: Import["kind"], columns: readonly SecretColumn[]) {
    this.#kind = kind;
    this.#columns = columns.map(({ field, header }) => ({ field, header, users: 0 }));
  }

  take(row: PlanRow, given: SecretRow | undefined): void {
    if (!row.exists || !this.#mayHaveSecrets(row)) return;
    let lacks = false;
    for (const column of this.#columns) {
      if (given?.secrets.has(column.field) === true) continue;
      column.users += 1;
      lacks = true;
    }
    if (!lacks) return;
    this.#users += 1;
    if (this.#first.length < MOST_NAMED) this.#first.push(row.key);
  }

  get found(): BlankSecretsFound {
    const columns = this.#columns.filter(({ users }) => users > 0).map(({ header, users }) => ({ header, users }));
    return { columns, users: this.#users, first: [...this.#first] };
  }

  /** A PANEL user has a password only together with an account. */
  #mayHaveSecrets({ after }: PlanRow): boolean {
    if (this.#kind !== "users") return true;
    return (after.find(({ field }) => field === "accountName")?.value ?? null) !== null;
  }
}

/** The warning about blank secrets. @see facts 6.2 for the effect of each mode */
export function blankSecretsWarning(file: string, mode: Import["mode"], found: BlankSecretsFound): Text {
  const { columns, users, first } = found;
  const named = first.join(", ") + (users > first.length ? " …" : "");
  const en = columns.map((column) => `${column.header} of ${counted(column.users, "existing user")}`);
  const ja = columns.map((column) => `${column.header}(既存ユーザー ${column.users} 件)`);
  const effect =
    mode === "replace"
      ? text("全件更新 overwrites every field", "全件更新はすべての項目を上書きします")
      : text(
          "whether 追加更新 clears blank fields is not documented",
          "追加更新で空欄の値が消えるかどうかは、公開資料に記載がありません",
        );
  return text(
    `${file} leaves columns blank whose values are not kept here: ${en.join(", ")}; ${effect.en} (${named})`,
    `${file} では、値を保存していない次の列が空欄です: ${ja.join("、")}。${effect.ja}(${named})`,
  );
}
