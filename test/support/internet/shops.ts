/** The shops of the demonstration's outside world. Every company, number and person here is invented. */
export interface Product {
  name: string;
  price: string;
  was?: string;
  sold: string;
  picture: PictureKind;
  note?: string;
}

export type PictureKind =
  | 'grain'
  | 'fruit'
  | 'jar'
  | 'tea'
  | 'honey'
  | 'bottle'
  | 'box'
  | 'phone'
  | 'earphones'
  | 'watch'
  | 'shirt'
  | 'dress'
  | 'shoe'
  | 'noodles'
  | 'skewer'
  | 'book'
  | 'scroll'
  | 'flower'
  | 'bouquet'
  | 'plant';

export interface Shop {
  host: string;
  name: string;
  slogan: string;
  /** Accent, dark and page colours. */
  colours: [accent: string, dark: string, page: string];
  layout: 'market' | 'story';
  menu: string[];
  banner: { title: string; text: string; button: string };
  promises: string[];
  sections: { title: string; products: Product[] }[];
  story: { title: string; paragraphs: string[] }[];
  company: { name: string; uscc: string; address: string; phone: string; icp: string; permits?: string[] };
}

const PROMISES = ['七天无理由退货', '48 小时内发货', '支持开具发票', '客服 9:00–21:00'];

export const SHOPS: Shop[] = [
  {
    host: 'shop-a.test',
    name: '青禾农产',
    slogan: '吕梁山里的当季好物',
    colours: ['#2f7d4f', '#173d2b', '#f4f7f1'],
    layout: 'market',
    menu: ['首页', '杂粮', '鲜果', '山货礼盒', '关于我们'],
    banner: { title: '新小米上市', text: '九月收割，低温碾制，下单后三日内发出。', button: '去看看' },
    promises: PROMISES,
    sections: [
      {
        title: '杂粮铺',
        products: [
          { name: '黄小米 2.5 kg 布袋装', price: '38.80', was: '45.00', sold: '1286', picture: 'grain', note: '满 2 件减 6 元' },
          { name: '红芸豆 1 kg', price: '16.50', sold: '742', picture: 'grain' },
          { name: '荞麦面粉 2 kg', price: '22.90', sold: '513', picture: 'box' },
          { name: '燕麦仁 1.5 kg', price: '19.90', sold: '655', picture: 'grain' },
        ],
      },
      {
        title: '鲜果与山货',
        products: [
          { name: '骏枣 500 g 一级', price: '26.00', sold: '2031', picture: 'fruit', note: '产地直发' },
          { name: '纸皮核桃 1 kg', price: '35.00', was: '39.00', sold: '1807', picture: 'fruit' },
          { name: '沙棘原浆 300 ml × 4', price: '79.00', sold: '388', picture: 'bottle' },
          { name: '枣花蜂蜜 500 g', price: '48.00', sold: '964', picture: 'honey' },
        ],
      },
    ],
    story: [
      { title: '关于我们', paragraphs: ['我们与县里十一个合作社签订收购协议，每批粮食留样检验，检验报告可在商品页查看。'] },
    ],
    company: {
      name: '青禾农产品示例有限公司',
      uscc: '91141122MA0QH00111',
      address: '山西省吕梁市交城县示例路 11 号',
      phone: '0358-0000011',
      icp: '晋ICP备00000011号-1',
      permits: ['食品经营许可证 JY11411220000011'],
    },
  },
  {
    host: 'bare.test',
    name: '康元堂养生馆',
    slogan: '祖传配方 三代相承',
    colours: ['#a8322a', '#4a1511', '#fbf5ec'],
    layout: 'story',
    menu: ['首页', '明星产品', '顾客见证', '养生讲堂', '联系客服'],
    banner: {
      title: '国家级养生配方 · 最佳调理方案',
      text: '三个疗程，治愈多年老寒腿。今天下单，再送一盒。',
      button: '立即抢购',
    },
    promises: ['央视推荐', '百分百有效', '无效退款', '货到付款'],
    sections: [
      {
        title: '明星产品',
        products: [
          { name: '元气固本膏 300 g × 3', price: '598.00', was: '1980.00', sold: '98712', picture: 'jar', note: '销量第一' },
          { name: '清脉茶 40 袋', price: '268.00', was: '880.00', sold: '45120', picture: 'tea', note: '降三高' },
          { name: '筋骨贴 20 贴', price: '199.00', was: '699.00', sold: '73304', picture: 'box', note: '根治腰腿痛' },
          { name: '松花胶囊 90 粒', price: '328.00', was: '1080.00', sold: '36650', picture: 'bottle', note: '增强免疫力' },
        ],
      },
    ],
    story: [
      {
        title: '为什么选择康元堂',
        paragraphs: [
          '本品由国家级专家团队历时十年独家研发，采用最先进的低温提取技术，有效率百分百。',
          '长期服用可治愈失眠、关节疼痛，替代药物，无任何副作用，老人孕妇均可放心使用。',
        ],
      },
      {
        title: '顾客见证',
        paragraphs: ['“吃了两个疗程，血压降下来了，药也停了。”——某地顾客', '“介绍给全家人，都说最好。”——某地顾客'],
      },
    ],
    company: { name: '康元堂示例养生馆', uscc: '', address: '', phone: '0358-0000022', icp: '' },
  },
  {
    host: 'copy.test',
    name: '优品数码城',
    slogan: '手机 · 耳机 · 智能穿戴',
    colours: ['#2557d6', '#101b3f', '#f2f5fc'],
    layout: 'market',
    menu: ['首页', '手机', '耳机', '穿戴', '售后'],
    banner: { title: '开学季 数码专场', text: '下单即送钢化膜与数据线一份。', button: '进入专场' },
    promises: ['七天无理由退货', '全国联保', '顺丰包邮', '支持分期'],
    sections: [
      {
        title: '热卖',
        products: [
          { name: '云岭 X3 手机 8+256 GB', price: '1699.00', was: '1899.00', sold: '3312', picture: 'phone' },
          { name: '云岭 X3 Pro 手机 12+512 GB', price: '2499.00', sold: '1208', picture: 'phone' },
          { name: '听涛降噪耳机', price: '329.00', was: '399.00', sold: '2675', picture: 'earphones' },
          { name: '刻度智能手表 S', price: '459.00', sold: '987', picture: 'watch' },
        ],
      },
      {
        title: '配件',
        products: [
          { name: '65 W 氮化镓充电器', price: '89.00', sold: '5120', picture: 'box' },
          { name: '磁吸移动电源 10000 mAh', price: '129.00', sold: '2211', picture: 'box' },
          { name: '有线耳机 3.5 mm', price: '39.00', sold: '1460', picture: 'earphones' },
          { name: '运动表带', price: '25.00', sold: '803', picture: 'watch' },
        ],
      },
    ],
    story: [{ title: '售后说明', paragraphs: ['主机一年质保，配件三个月质保，凭订单号即可申请。'] }],
    company: {
      name: '优品数码示例有限公司',
      uscc: '91141122MA0YP0039R',
      address: '山西省吕梁市交城县示例大街 3 号',
      phone: '0358-0000033',
      icp: '晋ICP备00000033号-1',
    },
  },
  {
    host: 'cloak.test',
    name: '潮流衣橱',
    slogan: '每周上新',
    colours: ['#c2417c', '#3c1128', '#fdf3f7'],
    layout: 'market',
    menu: ['首页', '女装', '男装', '鞋靴'],
    banner: { title: '秋装上新', text: '针织、风衣、马丁靴，两件九折。', button: '看新款' },
    promises: PROMISES,
    sections: [
      {
        title: '本周上新',
        products: [
          { name: '宽松针织开衫', price: '139.00', was: '169.00', sold: '867', picture: 'shirt' },
          { name: '高腰半身裙', price: '119.00', sold: '654', picture: 'dress' },
          { name: '八孔马丁靴', price: '259.00', sold: '421', picture: 'shoe' },
          { name: '纯棉长袖 T 恤', price: '69.00', sold: '1933', picture: 'shirt' },
        ],
      },
    ],
    story: [],
    company: {
      name: '潮流衣橱示例服饰有限公司',
      uscc: '91141122MA0CL0045Q',
      address: '山西省吕梁市交城县示例巷 4 号',
      phone: '0358-0000044',
      icp: '',
    },
  },
  {
    host: 'flap.test',
    name: '老街夜市',
    slogan: '晚上六点开张',
    colours: ['#e07a1f', '#3a1f08', '#fff8ef'],
    layout: 'market',
    menu: ['首页', '烧烤', '面食', '饮品'],
    banner: { title: '今晚有炭火羊肉串', text: '三公里内四十分钟送到。', button: '点餐' },
    promises: ['满 30 元免配送费', '可开发票', '餐具按需提供', '明厨亮灶'],
    sections: [
      {
        title: '菜单',
        products: [
          { name: '羊肉串 10 串', price: '35.00', sold: '4410', picture: 'skewer' },
          { name: '刀削面 大碗', price: '15.00', sold: '3920', picture: 'noodles' },
          { name: '过油肉拌面', price: '22.00', sold: '2875', picture: 'noodles' },
          { name: '酸梅汤 500 ml', price: '8.00', sold: '5133', picture: 'bottle' },
        ],
      },
    ],
    story: [],
    company: {
      name: '老街夜市示例小吃店',
      uscc: '92141122MA0YD005X9',
      address: '山西省吕梁市交城县示例老街 5 号',
      phone: '0358-0000055',
      icp: '晋ICP备00000055号-1',
    },
  },
  {
    host: 'slow.test',
    name: '慢读书房',
    slogan: '旧书 · 碑帖 · 地方志',
    colours: ['#6b5336', '#2b2115', '#f7f2e8'],
    layout: 'story',
    menu: ['首页', '旧书', '碑帖', '收书'],
    banner: { title: '一本一本地看过', text: '每册书均附品相说明与实物照片。', button: '翻一翻' },
    promises: PROMISES,
    sections: [
      {
        title: '新到',
        products: [
          { name: '地方志选辑（1985 年版）', price: '68.00', sold: '12', picture: 'book', note: '八品' },
          { name: '楷书碑帖影印本', price: '45.00', sold: '39', picture: 'scroll' },
          { name: '民间剪纸图集', price: '52.00', sold: '27', picture: 'book', note: '九品' },
        ],
      },
    ],
    story: [{ title: '收书', paragraphs: ['收购家藏旧书，请先来电说明书名、年代与册数。'] }],
    company: {
      name: '慢读书房示例文化有限公司',
      uscc: '91141122MA0GJ0064J',
      address: '山西省吕梁市交城县示例书院街 6 号',
      phone: '0358-0000066',
      icp: '晋ICP备00000066号-1',
      permits: ['出版物经营许可证 新出发晋零字第 00006 号'],
    },
  },
  {
    host: 'nohdr.test',
    name: '花信鲜花',
    slogan: '县城两小时送达',
    colours: ['#b0436b', '#3f1a2a', '#fff6f8'],
    layout: 'market',
    menu: ['首页', '花束', '绿植', '花语'],
    banner: { title: '今日花单', text: '向日葵、洋桔梗、尤加利，清晨到店。', button: '订一束' },
    promises: ['两小时送达', '破损补寄', '可写贺卡', '可开发票'],
    sections: [
      {
        title: '花束与绿植',
        products: [
          { name: '向日葵花束 6 枝', price: '78.00', sold: '312', picture: 'bouquet' },
          { name: '洋桔梗花束', price: '96.00', sold: '278', picture: 'bouquet' },
          { name: '百合 单枝', price: '12.00', sold: '890', picture: 'flower' },
          { name: '龟背竹 盆栽', price: '65.00', sold: '154', picture: 'plant' },
        ],
      },
    ],
    story: [],
    company: {
      name: '花信鲜花示例有限公司',
      uscc: '91141122MA0HX007XQ',
      address: '山西省吕梁市交城县示例花园路 7 号',
      phone: '0358-0000077',
      icp: '晋ICP备00000077号-1',
    },
  },
];

const bare = SHOPS.find(({ host }) => host === 'bare.test')!;

// A registered merchant whose page says what the law forbids; the demonstration takes it the whole way.
SHOPS.push({
  ...bare,
  host: 'shop-b.test',
  name: '养元坊健康馆',
  colours: ['#8a4b1f', '#3b1d0a', '#fbf6ee'],
  story: bare.story.map(({ title, paragraphs }) => ({ title: title.replace('康元堂', '养元坊'), paragraphs })),
  company: {
    name: '养元坊示例健康用品有限公司',
    uscc: '91141122MA0YJ0108J',
    address: '山西省吕梁市交城县示例东街 10 号',
    phone: '0358-0000010',
    icp: '晋ICP备00000010号-1',
  },
});

/** Shops inside the platform; each is found under /shop/<n>. */
export const PLATFORM = {
  host: 'platform.test',
  name: '万家集',
  company: {
    name: '万家集示例网络科技有限公司',
    uscc: '91141122MA0PT0083H',
    address: '山西省太原市示例科技园 8 号',
    phone: '0351-0000088',
    icp: '晋ICP备00000088号-1',
  },
};

export const PLATFORM_SHOPS: Shop[] = [
  {
    ...SHOPS[1]!,
    host: 'platform.test/shop/1',
    name: '康元堂旗舰店',
    company: {
      ...SHOPS[1]!.company,
      name: '康元堂示例养生馆',
      uscc: '92141122MA0KY00279',
      address: '山西省吕梁市交城县示例南街 2 号',
    },
  },
  {
    ...SHOPS[4]!,
    host: 'platform.test/shop/2',
    name: '大盘鸡小馆',
    company: {
      name: '大盘鸡示例餐馆',
      uscc: '92141122MA0DP00991',
      address: '山西省吕梁市交城县示例北街 9 号',
      phone: '0358-0000099',
      icp: '',
    },
  },
];
