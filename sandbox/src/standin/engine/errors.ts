import { TsqlError } from '../types.ts';

/** SQL Server's errors that the engine raises itself, with its numbers and wording (severity 16, state 1 where not said). */

export const noSuchDatabase = (name: string) =>
  new TsqlError(911, `Database '${name}' does not exist. Make sure that the name is entered correctly.`);

export const databaseClosedTo = (login: string, database: string) =>
  new TsqlError(
    916,
    `The server principal "${login}" is not able to access the database "${database}" under the current security context.`,
    14,
  );

export const loginFailed = (login: string) => new TsqlError(18456, `Login failed for user '${login}'.`, 14);

/** Why a login with the right password is refused, by SQL Server's number. */
const REFUSALS: Readonly<Record<number, string>> = {
  18470: '. Reason: The account is disabled.',
  18486: ' because the account is currently locked out. The system administrator can unlock it.',
  18487: '. Reason: The password of the account has expired.',
  18488: '. Reason: The password of the account must be changed.',
};

export const accountRefused = (login: string, number: number) =>
  new TsqlError(number, `Login failed for user '${login}'${REFUSALS[number] ?? '.'}`, 14);

export const cannotOpenDatabase = (database: string) =>
  new TsqlError(4060, `Cannot open database "${database}" requested by the login. The login failed.`, 11);

export const permissionDenied = (permission: string, object: string, database: string, schema: string) =>
  new TsqlError(
    229,
    `The ${permission} permission was denied on the object '${object}', database '${database}', schema '${schema}'.`,
    14,
    5,
  );

/** A dynamic management view without its VIEW … STATE permission. */
export const statePermissionDenied = (permission: string, database: string) =>
  permission.startsWith('VIEW DATABASE')
    ? new TsqlError(262, `${permission} permission denied in database '${database}'.`, 14)
    : new TsqlError(300, `${permission} permission was denied on object 'server', database 'master'.`, 14);

export const databasePermissionDenied = (permission: string, database: string) =>
  new TsqlError(262, `${permission} permission denied in database '${database}'.`, 14);

export const notAllowed = () => new TsqlError(15247, 'User does not have permission to perform this action.');

export const noSuchProcedure = (name: string) =>
  new TsqlError(2812, `Could not find stored procedure '${name}'.`);

export const snapshotNotAllowed = (database: string) =>
  new TsqlError(
    3952,
    `Snapshot isolation transaction failed accessing database '${database}' because snapshot isolation is not allowed in this database. Use ALTER DATABASE to allow snapshot isolation.`,
  );

export const notInTransaction = (action: 'COMMIT' | 'ROLLBACK') =>
  action === 'COMMIT'
    ? new TsqlError(3902, 'The COMMIT TRANSACTION request has no corresponding BEGIN TRANSACTION.')
    : new TsqlError(3903, 'The ROLLBACK TRANSACTION request has no corresponding BEGIN TRANSACTION.');

export const nameTaken = (name: string) =>
  new TsqlError(2714, `There is already an object named '${name}' in the database.`);

export const cannotFind = (what: string, name: string) =>
  new TsqlError(
    15151,
    `Cannot find the ${what} '${name}', because it does not exist or you do not have permission.`,
  );

export const cannotDrop = (what: string, name: string) =>
  new TsqlError(
    3701,
    `Cannot drop the ${what} '${name}', because it does not exist or you do not have permission.`,
    11,
    5,
  );
