import type { Catalogue } from '../catalogue/catalogue.ts';
import type { Database, DatabasePrincipal } from '../catalogue/model.ts';
import type { Product } from '../product.ts';
import type { Authority } from '../security/authority.ts';

/** Who asks, and where: what metadata functions and views depend on. */
export interface Scope {
  catalogue: Catalogue;
  authority: Authority;
  /** The session's database, or the one named before the function or view. */
  database: Database;
  user: DatabasePrincipal;
  defaultSchema: string;
  serverName: string;
  product: Product;
}
