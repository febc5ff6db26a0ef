import type { PlanRow } from "../../../../lib/client/index.ts";
import { counted, text, type Text } from "../../../../lib/text/index.ts";
import type { SecretRow } from "./secrets.ts";

/** A column whose values are not stored, with its header in the file. */
export interface SecretColumn {
  readonly field: string;
  readonly header: string;
  /** the field without which a user never has it */
  readonly onlyWith?: string | undefined;
}

/** The secrets of existing users that a file for the console leaves blank. */
export interface BlankSecretsFound {
  /** number of users for which each column is blank; columns without any are left out */
  readonly columns: readonly { readonly header: string; readonly users: number }[];
  /** number of users with any such column, and the keys of the first ones */
  readonly users: number;
  readonly first: readonly string[];
}

const MAX_NAMED = 5;

/** Counts existing users' secrets that a file leaves blank: the tenant stores none, so only the input may have them. */
export class BlankSecrets {
  readonly #columns: readonly (SecretColumn & { users: number })[];
  readonly #first: string[] = [];
  #users = 0;

  constructor(columns: readonly SecretColumn[]) {
    this.#columns = columns.map((column) => ({ ...column, users: 0 }));
  }

  take({ exists, after, key }: PlanRow, given: SecretRow | undefined): void {
    if (!exists) return;
    let lacks = false;
    for (const column of this.#columns) {
      const { field, onlyWith } = column;
      if (given?.secrets.has(field) === true) continue;
      if (onlyWith !== undefined && (after.find((value) => value.field === onlyWith)?.value ?? null) === null) continue;
      column.users += 1;
      lacks = true;
    }
    if (!lacks) return;
    this.#users += 1;
    if (this.#first.length < MAX_NAMED) this.#first.push(key);
  }

  get found(): BlankSecretsFound {
    const columns = this.#columns.filter(({ users }) => users > 0).map(({ header, users }) => ({ header, users }));
    return { columns, users: this.#users, first: [...this.#first] };
  }
}

/** The warning about blank secrets. @see facts 6.2 for the effect of each mode */
export function blankSecretsWarning(file: string, fullUpdate: boolean, found: BlankSecretsFound): Text {
  const { columns, users, first } = found;
  const named = first.join(", ") + (users > first.length ? " …" : "");
  const en = columns.map((column) => `${column.header} of ${counted(column.users, "existing user")}`);
  const ja = columns.map((column) => `${column.header}(既存ユーザー ${column.users} 件)`);
  const effect = fullUpdate
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
