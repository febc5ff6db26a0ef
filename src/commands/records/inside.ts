import { line } from "../../lib/advice/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { text } from "../../lib/text/index.ts";

/**
 * Makes a record, which lies in 全社 where no organisation is named: who administers a part of the tenant is told by which
 * option one is named.
 *
 * @param named the organisation that was named
 * @param option that names it
 */
export async function madeInside<T>(make: Promise<T>, named: unknown, option: string): Promise<T> {
  try {
    return await make;
  } catch (error) {
    if (named !== undefined || !(error instanceof Failure) || error.code !== "not-found") throw error;
    throw error.with({
      where: option,
      hint: text(
        `name one of your organisations: ${option} ORG (all of them: ${line("orgs list", [])})`,
        `${option} ORG で対象の組織を指定してください(一覧: ${line("orgs list", [])})`,
      ),
    });
  }
}
