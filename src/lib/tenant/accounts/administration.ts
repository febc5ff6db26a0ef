import type { Reader } from "../store/store.ts";

export interface AdministrationState {
  readonly recorded: boolean;
  /** number of users with a role or an administrator mark; `marked` is the number of users with a mark but no role */
  readonly total: number;
  readonly marked: number;
  readonly system: number;
  readonly supported: { readonly name: string; readonly user: string; readonly email: string }[];
}

export const readAdministration = async (reader: Reader): Promise<AdministrationState> => {
  const withRole = await reader.count("select count(*) from main.account where role <> 'none'");
  const marked = await reader.count(
    `select count(*) from main.user u left join main.account a on a.user = u.pk
     where u.administrator = 1 and coalesce(a.role, 'none') = 'none'`,
  );
  return {
    recorded: (await reader.get("select 1 from main.account limit 1")) !== undefined,
    total: withRole + marked,
    marked,
    system: await reader.count("select count(*) from main.account where role = 'system'"),
    supported: await readSupportAccounts(reader),
  };
};

async function readSupportAccounts(reader: Reader): Promise<AdministrationState["supported"]> {
  const rows = await reader.all(
    `select coalesce(u.accountName, u.emails ->> 0, u.name) as name, u.name as user, u.emails ->> 0 as email
     from main.account a join main.user u on u.pk = a.user where a.supportOption = 1 order by u.pk`,
  );
  return rows.map(({ name, user, email }) => ({ name: String(name), user: String(user), email: String(email) }));
}
