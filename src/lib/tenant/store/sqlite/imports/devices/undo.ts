import { ONE_ACCOUNT } from "../../../../../model/device.ts";
import { text } from "../../../../../text/index.ts";
import type { Database } from "../../database.ts";
import { THEN } from "../../../sql/forms.ts";
import { stored } from "../expressions.ts";

import { refusal } from "../revert/refusals.ts";
import type { Undoing } from "../stored-kind.ts";
import { needsWipe, ownerCalled, usesAccount } from "./rules.ts";

/** SQL: a column of a device as it was before the import, and as it is now. */
const was = (column: string): string => `c."${column}"`;
const current = (column: string): string => `now."${column}"`;

/** Counts the devices that get an owner back and have to be wiped for it. @see facts 1.3 */
export const countWipesUndone = (database: Database, { restored, values }: Undoing): number =>
  database.count(
    `select count(*) from (${restored}) c ${THEN} device t on t.pk = c.pk
     where c.action = 'update' and (${stored("owner")} is not null or ${stored("ownerOrg")} is not null)
       and (${stored("owner")} is distinct from ${was("owner")} or ${stored("ownerOrg")} is distinct from ${was("ownerOrg")})
       and ${needsWipe(was, stored("status"))}`,
    values,
  );

/**
 * Undoing gives no account back to a device that another one uses since, one of them Fully Managed. What stood before the
 * import comes back as it was: only a device that was written since is in the way.
 *
 * @throws Failure `conflict` with the device in the way
 * @see facts 1.3
 */
export const checkRestoredDevices = (database: Database, { restored, isOther, values }: Undoing): void => {
  const isSame = `now.pk is not null and ${usesAccount(current)}
    and now.owner = c.owner and ${current("androidMode")} is not distinct from ${was("androidMode")}`;
  const found = database.get(
    `select ${stored("serialNumber")} as other, ${was("serialNumber")} as device, ${ownerCalled("c.owner")} as owner
     from (${restored}) c left join device now on now.pk = c.pk ${THEN} device t on t.owner = c.owner
     where ${usesAccount(was)} and not coalesce(${isSame}, false) and ${usesAccount(stored)}
       and '${ONE_ACCOUNT}' in (${was("androidMode")}, ${stored("androidMode")})
       and t.revision > :revision and ${isOther("t.pk")}
     order by c.pk, t.pk limit 1`,
    values,
  );
  if (found === undefined) return;
  const [device, owner, other] = [found["device"], found["owner"], found["other"]].map(String);
  const free = `clomoctl devices set-owner ${other} --none`;
  throw refusal(
    text(
      `${owner} owns the Android device ${other} by now, and would own ${device} again: in Fully Managed an account has one device`,
      `取り消すと「${owner}」がデバイス「${device}」の所有者に戻るが、すでに Android デバイス「${other}」を所有しており、Fully Managed では 1 つのアカウントを 2 台目のデバイスに使えない`,
    ),
    text(`take ${other} from that user: ${free}`, `「${other}」の所有者を外す(${free})`),
  );
};
