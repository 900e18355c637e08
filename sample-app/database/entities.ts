import { Device } from '../account/device.entity.js';
import { Tenant } from '../account/tenant.entity.js';
import { TenantUser } from '../account/tenant-user.entity.js';
import { Customer } from '../customers/customer.entity.js';
import { OrderHandling } from '../orders/order-handling.entity.js';
import { OrderLine } from '../orders/order-line.entity.js';
import { Order } from '../orders/order.entity.js';
import { Receipt } from '../orders/receipt.entity.js';
import { Price } from '../products/price.entity.js';
import { ProductMedia } from '../products/product-media.entity.js';
import { Product } from '../products/product.entity.js';
import { PurchaseLine } from '../purchases/purchase-line.entity.js';
import { Purchase } from '../purchases/purchase.entity.js';
import { StockLevel } from '../stock/stock-level.entity.js';
import { Warehouse } from '../stock/warehouse.entity.js';
import { Store } from '../tills/store.entity.js';
import { Till } from '../tills/till.entity.js';
import { Setting } from './setting.entity.js';

/** The app's own entities. The module's are not among them: it keeps them on a data source of its own. */
export const entities = [
  Customer,
  Device,
  Order,
  OrderHandling,
  OrderLine,
  Price,
  Product,
  ProductMedia,
  Purchase,
  PurchaseLine,
  Receipt,
  Setting,
  StockLevel,
  Store,
  Tenant,
  TenantUser,
  Till,
  Warehouse,
];
