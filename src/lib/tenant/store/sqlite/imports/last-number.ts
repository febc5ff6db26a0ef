import type { Entity } from "../../../../imports/kind.ts";
import type { Database } from "../database.ts";

/** The highest number that a record ever had. @see https://sqlite.org/autoinc.html */
export const lastNumber = (database: Database, entity: Entity): number =>
  database.count("select coalesce(max(seq), 0) from sqlite_sequence where name = :entity", { entity });
