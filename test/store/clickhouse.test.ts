import { storeContract } from '../contract/store.ts';
import { openOnServer } from './on-server.ts';

storeContract('the store on a ClickHouse server', () => openOnServer({ user: 'bot', password: 'p@ss/w:rd' }));
