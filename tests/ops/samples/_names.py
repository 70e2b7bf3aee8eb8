"""Torch's operations whose samples are asked for: those that have a counterpart here."""

from __future__ import annotations

TEXT = """
H T __getitem__ __radd__ __rand__ __rdiv__ __rmatmul__ __rmod__ __rmul__ __ror__ __rpow__ __rsub__ __rxor__ abs acos
acosh add addbmm addcdiv addcmul addmm addmm.decomposed addmv addr all allclose amax amin aminmax angle any arange
argmax argmin argsort argwhere as_strided asin asinh atan atan2 atanh atleast_1d atleast_2d atleast_3d baddbmm bincount
bitwise_and bitwise_left_shift bitwise_not bitwise_or bitwise_right_shift bitwise_xor block_diag bmm bool
broadcast_shapes broadcast_tensors broadcast_to bucketize byte cartesian_prod cat cdist ceil char cholesky
cholesky_inverse cholesky_solve chunk clamp clamp_max clamp_min clone column_stack combinations conj constant_pad_nd
contiguous copysign corrcoef cos cosh count_nonzero cov cross cummax cummin cumprod cumsum cumulative_trapezoid deg2rad
diag diag_embed diagflat diagonal diagonal_copy diagonal_scatter diff digamma dist div.floor_rounding
div.no_rounding_mode div.trunc_rounding dot double dsplit dstack einsum eq equal erf erfc erfinv exp exp2 expand
expand_as expand_copy expm1 eye flatten flip fliplr flipud float float_power floor floor_divide fmax fmin fmod frac
frexp full full_like gather gcd ge gradient grid_sampler_2d grid_sampler_3d gt half heaviside histc histogram hsplit
hstack hypot i0 igamma igammac index_add index_copy index_fill index_put index_reduce.amax index_reduce.amin
index_reduce.mean index_reduce.prod index_select inner int isclose isfinite isin isinf isnan isneginf isposinf isreal
item kron kthvalue lcm ldexp le lerp lgamma linalg.cholesky linalg.cholesky_ex linalg.cond linalg.cross linalg.det
linalg.diagonal linalg.eigh linalg.eigvalsh linalg.householder_product linalg.inv linalg.inv_ex linalg.lstsq
linalg.lstsq.grad_oriented linalg.lu linalg.lu_factor linalg.lu_factor_ex linalg.lu_solve linalg.matrix_norm
linalg.matrix_power linalg.matrix_rank linalg.matrix_rank.hermitian linalg.multi_dot linalg.norm
linalg.norm.subgradients_at_zero linalg.pinv linalg.pinv.hermitian linalg.pinv.singular linalg.qr linalg.slogdet
linalg.solve linalg.solve_ex linalg.solve_triangular linalg.svd linalg.svdvals linalg.tensorinv linalg.tensorsolve
linalg.vander linalg.vecdot linalg.vector_norm linspace linspace.tensor_overload log log10 log1p log2 log_softmax
log_softmax.with_dtype logaddexp logaddexp2 logcumsumexp logdet logical_and logical_not logical_or logical_xor logit
logspace logspace.tensor_overload logsumexp long lt lu_solve mH mT masked_fill masked_scatter masked_select matmul
matrix_exp max.binary max.reduction_no_dim max.reduction_with_dim maximum mean median meshgrid.list_of_tensors
meshgrid.variadic_tensors min.binary min.reduction_no_dim min.reduction_with_dim minimum mm mode movedim msort mul mv
mvlgamma.mvlgamma_p_1 mvlgamma.mvlgamma_p_3 mvlgamma.mvlgamma_p_5 nan_to_num nanmean nanmedian nanquantile nansum narrow
narrow_copy ne neg nextafter nn.functional.adaptive_avg_pool1d nn.functional.adaptive_avg_pool2d
nn.functional.adaptive_avg_pool3d nn.functional.adaptive_max_pool1d nn.functional.adaptive_max_pool2d
nn.functional.adaptive_max_pool3d nn.functional.alpha_dropout nn.functional.avg_pool1d nn.functional.avg_pool2d
nn.functional.avg_pool3d nn.functional.batch_norm nn.functional.bilinear nn.functional.binary_cross_entropy
nn.functional.binary_cross_entropy_with_logits nn.functional.celu nn.functional.channel_shuffle nn.functional.conv1d
nn.functional.conv2d nn.functional.conv3d nn.functional.conv_transpose1d nn.functional.conv_transpose2d
nn.functional.conv_transpose3d nn.functional.cosine_embedding_loss nn.functional.cosine_similarity
nn.functional.cross_entropy nn.functional.dropout nn.functional.dropout2d nn.functional.dropout3d nn.functional.elu
nn.functional.embedding nn.functional.embedding_bag nn.functional.feature_alpha_dropout.with_train
nn.functional.feature_alpha_dropout.without_train nn.functional.gaussian_nll_loss nn.functional.gelu nn.functional.glu
nn.functional.grid_sample nn.functional.group_norm nn.functional.hardshrink nn.functional.hardsigmoid
nn.functional.hardswish nn.functional.hardtanh nn.functional.hinge_embedding_loss nn.functional.huber_loss
nn.functional.instance_norm nn.functional.interpolate.area nn.functional.interpolate.bicubic
nn.functional.interpolate.bilinear nn.functional.interpolate.linear nn.functional.interpolate.nearest
nn.functional.interpolate.nearest-exact nn.functional.interpolate.trilinear nn.functional.kl_div nn.functional.l1_loss
nn.functional.layer_norm nn.functional.leaky_relu nn.functional.linear nn.functional.local_response_norm
nn.functional.logsigmoid nn.functional.margin_ranking_loss nn.functional.max_pool1d nn.functional.max_pool2d
nn.functional.max_pool3d nn.functional.max_unpool1d nn.functional.max_unpool1d.grad nn.functional.max_unpool2d
nn.functional.max_unpool2d.grad nn.functional.max_unpool3d nn.functional.max_unpool3d.grad nn.functional.mish
nn.functional.mse_loss nn.functional.multi_head_attention_forward nn.functional.multi_margin_loss
nn.functional.multilabel_margin_loss nn.functional.multilabel_soft_margin_loss nn.functional.nll_loss
nn.functional.normalize nn.functional.one_hot nn.functional.pad.circular nn.functional.pad.constant
nn.functional.pad.reflect nn.functional.pad.replicate nn.functional.pad.replicate_negative
nn.functional.pairwise_distance nn.functional.pdist nn.functional.pixel_shuffle nn.functional.pixel_unshuffle
nn.functional.poisson_nll_loss nn.functional.prelu nn.functional.relu nn.functional.relu6 nn.functional.rms_norm
nn.functional.rrelu nn.functional.scaled_dot_product_attention nn.functional.selu nn.functional.silu
nn.functional.smooth_l1_loss nn.functional.soft_margin_loss nn.functional.softmin nn.functional.softmin.with_dtype
nn.functional.softplus nn.functional.softshrink nn.functional.softsign nn.functional.tanhshrink nn.functional.threshold
nn.functional.triplet_margin_loss nn.functional.triplet_margin_with_distance_loss nn.functional.unfold
nn.functional.upsample_bilinear nn.functional.upsample_nearest nonzero norm norm.fro norm.inf norm.nuc ones ones_like
outer permute permute_copy pinverse polygamma.polygamma_n_0 polygamma.polygamma_n_1 polygamma.polygamma_n_2
polygamma.polygamma_n_3 polygamma.polygamma_n_4 positive pow prod put qr quantile rad2deg ravel real reciprocal
remainder renorm repeat repeat_interleave reshape reshape_as roll rot90 round round.decimals_0 round.decimals_3
round.decimals_neg_3 rsqrt rsub scatter scatter_add scatter_reduce.amax scatter_reduce.amin scatter_reduce.mean
scatter_reduce.prod scatter_reduce.sum searchsorted select select_scatter sgn short sigmoid sign signbit sin sinc sinh
slice slice_scatter softmax softmax.with_dtype sort special.airy_ai special.bessel_j0 special.bessel_j1
special.bessel_y0 special.bessel_y1 special.chebyshev_polynomial_t special.chebyshev_polynomial_u
special.chebyshev_polynomial_v special.chebyshev_polynomial_w special.entr special.erfcx special.hermite_polynomial_h
special.hermite_polynomial_he special.i0e special.i1 special.i1e special.laguerre_polynomial_l
special.legendre_polynomial_p special.log_ndtr special.modified_bessel_i0 special.modified_bessel_i1
special.modified_bessel_k0 special.modified_bessel_k1 special.ndtr special.ndtri special.polygamma.special_polygamma_n_0
special.scaled_modified_bessel_k0 special.scaled_modified_bessel_k1 special.shifted_chebyshev_polynomial_t
special.shifted_chebyshev_polynomial_u special.shifted_chebyshev_polynomial_v special.shifted_chebyshev_polynomial_w
special.spherical_bessel_j0 special.xlog1py special.zeta split split.list_args split_with_sizes split_with_sizes_copy
sqrt square squeeze squeeze.multiple squeeze_copy stack std std.unbiased std_mean std_mean.unbiased sub sum sum_to_size
svd t t_copy take take_along_dim tan tanh tensor_split tensordot tile to topk trace transpose transpose_copy trapezoid
trapz tril tril_indices triu triu_indices true_divide trunc unbind unbind_copy unflatten unfold unfold_copy unique
unique_consecutive unravel_index unsafe_chunk unsafe_split unsqueeze unsqueeze_copy var var.unbiased var_mean
var_mean.unbiased vdot view view_as view_copy vsplit vstack where xlogy zeros zeros_like
"""
NAMES: list[str] = TEXT.split()
