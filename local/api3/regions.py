"""The regions that CVM names in its common parameters.

Source: https://cloud.tencent.com/document/api/213/15692 and https://cloud.tencent.com/document/product/213/6091.
"""

from __future__ import annotations

# fmt: off
REGIONS = frozenset({
    "ap-bangkok", "ap-beijing", "ap-chengdu", "ap-chongqing", "ap-guangzhou", "ap-hongkong",
    "ap-jakarta", "ap-mumbai", "ap-nanjing", "ap-seoul", "ap-shanghai", "ap-singapore", "ap-taipei",
    "ap-tokyo", "eu-frankfurt", "eu-moscow", "me-saudi-arabia", "na-ashburn", "na-siliconvalley",
    "na-toronto", "sa-saopaulo", "ap-beijing-fsi", "ap-shanghai-fsi", "ap-shenzhen-fsi",
    "ap-shanghai-adc", "ap-guangzhou-open", "ap-qingyuan", "ap-changsha-ec", "ap-fuzhou-ec",
    "ap-hangzhou-ec", "ap-hefei-ec", "ap-jinan-ec", "ap-shenyang-ec", "ap-shijiazhuang-ec",
    "ap-wuhan-ec", "ap-xian-ec", "ap-xibei-ec", "ap-zhengzhou-ec",
})
# fmt: on
