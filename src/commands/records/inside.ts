import { line } from "../../lib/advice/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { text } from "../../lib/text/index.ts";

/**
 * Waits for the creation of a record and adds a hint if it fails because no organisation was specified. A record
 * without
 * an organisation belongs to 全社, which administrators of a part of the tenant cannot access.
 *
 * @param make the running request that creates the record
 * @param named the organisation that the user specified, if any
 * @param option the option that specifies the organisation
 */
export async function addOrganisationHint<T>(make: Promise<T>, named: unknown, option: string): Promise<T> {
  try {
    return await make;
  } catch (error) {
    if (named !== undefined || !(error instanceof Failure) || error.code !== "not-found") throw error;
    throw error.with({
      where: option,
      hint: text(
        `choose one of your organisations with ${option} ORG; to list them: ${line("orgs list", [])}`,
        `${option} ORG で対象の組織を指定してください(一覧: ${line("orgs list", [])})`,
      ),
    });
  }
}
