import type { PlanRow } from "../../../../lib/client/index.ts";
import { formatCount, text, type Text } from "../../../../lib/text/index.ts";
import type { SecretRow } from "./secrets.ts";

export interface SecretColumn {
  readonly field: string;
  readonly header: string;
  /** field without which a user has no value in this column */
  readonly onlyWith?: string | undefined;
}

export interface BlankSecretsFound {
  readonly columns: readonly { readonly header: string; readonly users: number }[];
  /** number of users with a blank column, followed by the keys of the first of these users */
  readonly users: number;
  readonly first: readonly string[];
}

const MAX_NAMED_USERS = 5;

/**
 * Counts the secrets of existing users that a file leaves blank. The tenant does not store secrets, so only the input
 * file has them.
 */
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
    if (this.#first.length < MAX_NAMED_USERS) this.#first.push(key);
  }

  get found(): BlankSecretsFound {
    const columns = this.#columns.filter(({ users }) => users > 0).map(({ header, users }) => ({ header, users }));
    return { columns, users: this.#users, first: [...this.#first] };
  }
}

/** Returns the warning about blank secrets.  @see facts 6.2 for the effect of each mode */
export function describeBlankSecrets(file: string, fullUpdate: boolean, found: BlankSecretsFound): Text {
  const { columns, users, first } = found;
  const named = first.join(", ") + (users > first.length ? " …" : "");
  const en = columns.map((column) => `${column.header} of ${formatCount(column.users, "existing user")}`);
  const ja = columns.map((column) => `${column.header}(既存ユーザー ${column.users} 件)`);
  const effect = fullUpdate
    ? text("全件更新 overwrites every field", "全件更新はすべての項目を上書きします")
    : text(
        "it is not documented whether 追加更新 clears blank fields",
        "追加更新で空欄の値が消えるかどうかは、公開資料に記載がありません",
      );
  return text(
    `${file} leaves these columns blank because clomoctl does not store their values: ${en.join(", ")}; ${effect.en} (users: ${named})`,
    `${file} では、値を保存していない次の列が空欄です: ${ja.join("、")}。${effect.ja}(ユーザー: ${named})`,
  );
}
